package booking

import (
	"crypto/rand"
	"testing"
	"time"
)

// TestReopenAtKeepsToTheSeatsTime: a seat opens again before it stops being shown, or not at all, and everywhere in
// between.
func TestReopenAtKeepsToTheSeatsTime(t *testing.T) {
	o := &Office{Deps: Deps{Rand: rand.Reader, Policy: Policy{ReopenWithin: 24 * time.Hour, Lead: 2 * time.Hour}}}
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		start time.Time
		most  time.Duration // 0: never
	}{
		"far ahead":       {now.AddDate(0, 0, 7), 24 * time.Hour},
		"within the span": {now.Add(5 * time.Hour), 3 * time.Hour},
		"nearly too near": {now.Add(2*time.Hour + time.Nanosecond), time.Nanosecond},
		"too near":        {now.Add(2 * time.Hour), 0},
		"past":            {now.Add(-time.Hour), 0},
		"unknown":         {time.Time{}, 0},
	} {
		var first, last time.Time
		for range 200 {
			at, err := o.ReopenAt(now, c.start)
			if err != nil {
				t.Fatal(err)
			}
			if at.IsZero() != (c.most == 0) || (!at.IsZero() && (at.Before(now) || !at.Before(now.Add(c.most)))) {
				t.Fatalf("%s: opens at %s", name, at)
			}
			if first.IsZero() || at.Before(first) {
				first = at
			}
			if at.After(last) {
				last = at
			}
		}
		if c.most > time.Hour && last.Sub(first) < c.most*3/4 {
			t.Errorf("%s: 200 times lie within %s of %s", name, last.Sub(first), c.most)
		}
	}
}
