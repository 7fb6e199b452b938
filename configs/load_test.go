package configs

import "testing"

// The compiled-in files are the samples: they must have no fault.
func TestDefaultsLoad(t *testing.T) {
	if _, err := Load(Options{}); err != nil {
		t.Fatal(err)
	}
}
