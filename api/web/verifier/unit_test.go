package verifier_test

import "testing"

// TestModules runs the modules' own tests under node.
func TestModules(t *testing.T) {
	t.Parallel()
	out := node(t, nil, "--test", "testdata/unit.test.mjs")
	if testing.Verbose() {
		t.Logf("%s", out)
	}
}

// TestBuiltFromTheSources compares dist/ with what build.mjs makes.
func TestBuiltFromTheSources(t *testing.T) {
	t.Parallel()
	node(t, nil, "build.mjs", "--check")
}
