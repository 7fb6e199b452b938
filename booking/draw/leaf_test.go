package draw_test

import (
	"strings"
	"testing"
	"time"

	"chesna/booking/draw"
)

func TestALeafIsCanonical(t *testing.T) {
	leaf := draw.Close{
		Head:   draw.Head{Type: draw.LeafClose, Seq: 7, DrawID: "waw-passport-2026w50"},
		Closed: draw.At(time.Date(2026, 12, 4, 9, 0, 0, 5, time.UTC)), N: 2, SumW: 3, Weights: [8]int{1, 1},
	}
	b, err := draw.LeafBytes(leaf)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(b), `{"bindingsSha256":"00`) || !strings.Contains(string(b), `"closed":"2026-12-04T09:00:00Z","drawID":"waw-passport-2026w50","entriesRoot"`) {
		t.Errorf("not canonical: %s", b)
	}
	again, err := draw.ParseLeaf[draw.Close](b)
	if err != nil || again.Seq != 7 || !again.Closed.Equal(leaf.Closed.Time) {
		t.Errorf("read again: %+v %v", again, err)
	}
	for name, bad := range map[string]string{
		"a space":        strings.Replace(string(b), ":", ": ", 1),
		"unknown key":    strings.Replace(string(b), `"n":2`, `"m":1,"n":2`, 1),
		"upper-case hex": strings.Replace(string(b), `"bindingsSha256":"00`, `"bindingsSha256":"AA`, 1),
		"a fraction":     strings.Replace(string(b), "09:00:00Z", "09:00:00.5Z", 1),
		"an offset":      strings.Replace(string(b), "09:00:00Z", "09:00:00+00:00", 1),
		"cut":            string(b[:len(b)-1]),
		"a line feed":    string(b) + "\n",
	} {
		if _, err := draw.ParseLeaf[draw.Close]([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
