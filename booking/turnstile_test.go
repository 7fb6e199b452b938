package booking

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking/capacity"
)

// gatekeeper is a turnstile that admits one person.
type gatekeeper struct {
	admits uuid.UUID
	took   []uuid.UUID
	fail   error
}

func (g *gatekeeper) Admitted(_ context.Context, person uuid.UUID, c ConsulateID, group GroupID) error {
	if person == g.admits && c == "waw" && group == "passport" {
		return nil
	}
	return Refuse(CodeWaitForTurn, "not called")
}

func (g *gatekeeper) Took(_ context.Context, person uuid.UUID, _ ConsulateID, _ GroupID) error {
	g.took = append(g.took, person)
	return g.fail
}

func TestOnlyTheCalledReserve(t *testing.T) {
	o, f := newFront(t, func(*Policy) {})
	called, other := citizen(), citizen()
	g := &gatekeeper{admits: called.Person, fail: errors.New("away")}
	o.Turnstile = g
	if _, err := o.Reserve(t.Context(), other, request("passport-adult", nil)); CodeOf(err) != CodeWaitForTurn || f.live.ID != "" {
		t.Errorf("%v, %+v", err, f.live)
	}
	if _, err := o.Availability(t.Context(), other, "waw", "passport-adult"); err != nil {
		t.Errorf("looking: %v", err)
	}
	if _, err := o.Reserve(t.Context(), called, request("passport-adult", nil)); err != nil {
		t.Fatal(err)
	}
	if len(g.took) != 1 || g.took[0] != called.Person {
		t.Errorf("told of %v", g.took)
	}
}

func TestWhenAWeekOpens(t *testing.T) {
	o, _ := newFront(t, func(*Policy) {})
	seat := capacity.Seat{ID: "waw-c1-20261207T0820Z-20", Counter: "c1", Group: "passport", Pool: "open", Start: time.Date(2026, 12, 7, 8, 20, 0, 0, time.UTC), Minutes: 20}
	for at, want := range map[time.Time]string{
		reserveNow.Add(30 * time.Second): "too-early", reserveNow.Add(-time.Hour): "too-early", seat.Start: "too-late", reserveNow.Add(48*time.Hour + 5): "",
	} {
		change, err := o.change(PublishedWeek{Consulate: "waw", ISOWeek: "2026-W50"}, []capacity.Seat{seat}, WeekPlan{OpensAt: &at})
		var e *Error
		switch {
		case want != "" && (!errors.As(err, &e) || e.Code != CodeInvalid || e.Fields[0].Pointer != "/opensAt" || e.Fields[0].Code != want):
			t.Errorf("%v: %v", at, err)
		case want == "" && (err != nil || !change.OpensAt.Equal(reserveNow.Add(48*time.Hour)) || change.ReopenAt[0].Before(change.OpensAt)):
			t.Errorf("%v: %v, %+v", at, err, change)
		}
	}
	change, err := o.change(PublishedWeek{Consulate: "waw", ISOWeek: "2026-W50"}, []capacity.Seat{seat}, WeekPlan{})
	if err != nil || !change.OpensAt.IsZero() || string(change.Plan) != `{"counters":null}` {
		t.Errorf("without: %v, %+v", err, change)
	}
	if id := NewOpeningID("waw", "passport", reserveNow); id != "waw-passport-20261201T090000Z" {
		t.Error(id)
	}
}
