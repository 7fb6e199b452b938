package booking

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"chesna/identity"
)

func (f *front) Pin(context.Context, HoldID) (Hold, error) { return f.live, nil }

func (f *front) Settle(context.Context, Hold, uuid.UUID) error { return nil }

func (f *front) VerifyAct(_ context.Context, person uuid.UUID, _, _ []byte) (identity.Act, error) {
	return identity.Act{Person: person}, nil
}

func (f *front) Confirm(_ context.Context, c Confirmation) (Appointment, error) {
	f.references = append(f.references, c.Reference)
	if len(f.references) <= f.inUse {
		return Appointment{}, &Error{Code: CodeInvalid, Fields: []FieldError{{Pointer: "/reference", Code: "taken"}}}
	}
	return Appointment{ID: c.Appointment, Reference: c.Reference}, nil
}

// A reference that another appointment has is no fault of the person: another is drawn.
func TestATakenReferenceIsDrawnAgain(t *testing.T) {
	for inUse, want := range []Code{"", "", "", CodeUnavailable} {
		o, f := newFront(t, func(*Policy) {})
		f.inUse = inUse
		s := citizen()
		held, err := o.Reserve(t.Context(), s, request("passport-adult", nil))
		if err != nil {
			t.Fatal(err)
		}
		a, err := o.Confirm(t.Context(), s, held.Hold.ID, nil)
		if CodeOf(err) != want || (err == nil) != (want == "") {
			t.Errorf("%d in use: %v, want %q", inUse, err, want)
		}
		if err == nil && a.Reference != f.references[inUse] {
			t.Errorf("%d in use: %s of %v", inUse, a.Reference, f.references)
		}
		slices.Sort(f.references)
		if n := len(slices.Compact(f.references)); n != min(inUse+1, referenceTries) {
			t.Errorf("%d in use: %d different references", inUse, n)
		}
	}
}
