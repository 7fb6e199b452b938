package queue

import "testing"

func TestTarget(t *testing.T) {
	for _, c := range []struct {
		rho, giveUp float64
		want        int
	}{{2, 0.2, 5}, {3, 0.1, 16}, {1, 0.2, 0}, {2, 0, 0}} {
		if got := target(c.rho, c.giveUp); got != c.want {
			t.Errorf("ρ %v, a %v: T is %d, want %d", c.rho, c.giveUp, got, c.want)
		}
	}
}
