package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
)

// The record holds what happened to bookings and to the person, by time, and names nobody else.
func TestRecordOfBothRooms(t *testing.T) {
	w := newWorld(t)
	me, other := w.people.persons["olena"].ID, uuid.New()
	at := func(minute int) time.Time { return time.Date(2026, 12, 1, 9, minute, 0, 0, time.UTC) }
	w.people.actions = map[uuid.UUID][]identity.Action{me: {
		{Seq: 9, At: at(9), Kind: identity.ActionGrant, By: other, Detail: "officer@waw"},
		{Seq: 7, At: at(7), Kind: identity.ActionApplicant, By: other, Detail: "other"},
		{Seq: 5, At: at(5), Kind: identity.ActionApplicant, By: me, Detail: "child"},
		{Seq: 4, At: at(4), Kind: identity.ActionCountry, By: me, Detail: "PL"},
		{Seq: 3, At: at(3), Kind: identity.ActionEmail, By: me},
		{Seq: 2, At: at(2), Kind: identity.ActionSignIn, By: me, Certificate: [32]byte{0xab}},
		{Seq: 1, At: at(1), Kind: identity.ActionGrant, Detail: "auditor"},
	}}
	for _, e := range []booking.Event{{Type: booking.EventBooked, At: at(6)}, {Type: booking.EventCancelled, At: at(8)}} {
		e.ID, e.Subject, e.Actor = uuid.New(), me, booking.Actor{Person: me, Role: "citizen"}
		w.ledger.events = append(w.ledger.events, e)
	}
	show := func(query string) (lines []string) {
		for _, i := range w.call("olena", "GET", "/api/v1/record"+query, "").want(200, "").items() {
			e := i.(map[string]any)
			lines = append(lines, fmt.Sprint(e["type"], " ", e["actor"], " ", e["data"]))
		}
		return lines
	}
	got := strings.Join(show(""), "\n")
	want := strings.Join([]string{
		"person.grant administrator map[right:officer@waw]",
		"appointment.cancelled citizen <nil>",
		"person.applicant other map[relation:other]",
		"appointment.booked citizen <nil>",
		"person.applicant citizen map[relation:child]",
		"person.country citizen map[country:PL]",
		"person.email citizen <nil>",
		"person.sign-in citizen map[certificate:ab" + strings.Repeat("0", 62) + "]",
		"person.grant system map[right:auditor]",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if few := show("?limit=2"); len(few) != 2 || !strings.HasPrefix(few[1], "appointment.cancelled") {
		t.Error(few)
	}
	if strings.Contains(got, other.String()) {
		t.Error("another person is named")
	}
}
