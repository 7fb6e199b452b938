package bookingtest

import (
	"context"

	"chesna/booking"
	"chesna/booking/redisinv"
)

// Reporter is the part of testing.TB and rapid.T that checks need.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Inspector shows what an inventory keeps about a post; *redisinv.Inventory is one.
type Inspector interface {
	Inspect(ctx context.Context, c booking.ConsulateID) (redisinv.Picture, error)
}

// CheckInvariants reads the posts as a whole and reports every broken invariant: every seat in exactly one
// place, no hold without its seat, every hold in the one set of its state, the sign of every live hold's
// applicant naming it, no applicant with two live holds in a group. Nothing else may use the posts meanwhile:
// the signs of applicants are read after the seats.
func CheckInvariants(ctx context.Context, t Reporter, inventory Inspector, posts ...booking.ConsulateID) {
	t.Helper()
	type holder struct{ applicant, group string }
	live := map[holder]booking.HoldID{}
	for _, c := range posts {
		p, err := inventory.Inspect(ctx, c)
		if err != nil {
			t.Fatalf("inspect %s: %v", c, err)
		}
		for _, fault := range p.Faults {
			t.Errorf("post %s: %s", c, fault)
		}
		for id := range p.Live {
			h := p.Held[id]
			key := holder{h.Applicant.String(), string(h.Group)}
			if other, ok := live[key]; ok && other != id {
				t.Errorf("holds %s and %s are of one applicant and group", other, id)
			}
			live[key] = id
		}
	}
}
