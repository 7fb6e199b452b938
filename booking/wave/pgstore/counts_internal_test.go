package pgstore

import (
	"slices"
	"testing"
	"time"
)

// A number is counted again after a second, by one at a time, and no failure keeps an old one for long.
func TestCounts(t *testing.T) {
	var c counts
	now := time.Now()
	ask := func(after time.Duration, known int, missing ...string) {
		t.Helper()
		got, todo := c.fresh([]string{"a", "b"}, now.Add(after))
		if len(got) != known || !slices.Equal(todo, missing) {
			t.Fatalf("after %v: known %v, to be counted %v", after, got, todo)
		}
	}
	ask(0, 0, "a", "b")
	c.put([]string{"a", "b"}, map[string]int{"a": 7}, now)
	ask(countFor-1, 2)
	ask(countFor, 0, "a", "b")
	ask(countFor, 2) // the one before counts
	ask(countGrace, 0, "a", "b")
	c.put([]string{"a"}, map[string]int{"a": 8}, now.Add(2*time.Minute))
	if got, _ := c.fresh([]string{"a"}, now.Add(2*time.Minute)); got["a"] != 8 || len(c.of) != 1 {
		t.Fatalf("kept: %v", c.of)
	}
}
