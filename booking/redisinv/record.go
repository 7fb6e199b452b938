package redisinv

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// Letters of a hold record's first field. Held and confirming holds are live, the others have ended and wait
// for the ledger.
const (
	stateHeld      = "H"
	statePinned    = "P"
	stateExpired   = "X"
	stateReleased  = "R"
	stateAbandoned = "A"
)

// record is a hold as it is kept in Redis:
// state|expires|longest|extended|created|seat|start|minutes|group|service|person|applicant|nonce
// with expires, longest and created in ms and start in s since 1970.
type record struct {
	state string
	hold  booking.Hold
}

// recordBody is the part of a record that the request brings.
func recordBody(r booking.HoldRequest) string {
	return strings.Join([]string{
		string(r.Group), string(r.Service), r.Person.String(), r.Applicant.String(), r.Nonce,
	}, "|")
}

// parseRecord reads a record. An unreadable one is an internal error: only our scripts write them.
func parseRecord(id booking.HoldID, s string) (record, error) {
	f := strings.Split(s, "|")
	if len(f) != 13 {
		return record{}, &internalError{fmt.Errorf("hold record of %d fields", len(f))}
	}
	var n [6]int64
	for i, field := range []string{f[1], f[2], f[3], f[4], f[6], f[7]} {
		v, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return record{}, &internalError{fmt.Errorf("hold record: %w", err)}
		}
		n[i] = v
	}
	person, err := uuid.Parse(f[10])
	if err != nil {
		return record{}, &internalError{fmt.Errorf("hold record: person: %w", err)}
	}
	applicant, err := uuid.Parse(f[11])
	if err != nil {
		return record{}, &internalError{fmt.Errorf("hold record: applicant: %w", err)}
	}
	h := booking.Hold{
		ID: id, Consulate: id.Consulate(), Group: booking.GroupID(f[8]), Service: booking.ServiceID(f[9]),
		Seat: booking.SeatID(f[5]), Start: time.Unix(n[4], 0).UTC(), Minutes: int(n[5]),
		Person: person, Applicant: applicant, State: booking.HoldHeld,
		CreatedAt: fromMillis(n[3]), ExpiresAt: fromMillis(n[0]), LastExpiry: fromMillis(n[1]),
		Extended: n[2] == 1, Nonce: f[12],
	}
	h.Slot = slotOf(h.Consulate, h.Group, h.Start)
	if f[0] == statePinned {
		h.State = booking.HoldConfirming
	}
	return record{state: f[0], hold: h}, nil
}

// live tells whether the hold can still become an appointment at the given shard time.
func (r record) live(now time.Time) bool {
	return r.state == statePinned || (r.state == stateHeld && r.hold.ExpiresAt.After(now))
}

// refusal is why the hold cannot be used, for one that is not live.
func (r record) refusal() *booking.Error {
	if r.state == stateHeld || r.state == stateExpired {
		return booking.Refuse(booking.CodeHoldExpired, "the time of this hold is over")
	}
	return booking.Refuse(booking.CodeHoldNotFound, "this hold has ended")
}

func (r record) reason() booking.EndReason {
	switch r.state {
	case stateReleased:
		return booking.EndReleased
	case stateAbandoned:
		return booking.EndRefused
	default:
		return booking.EndExpired
	}
}

func (r record) ended() booking.EndedHold {
	return booking.EndedHold{
		Hold: r.hold.ID, Seat: r.hold.Seat, Consulate: r.hold.Consulate, Group: r.hold.Group,
		Person: r.hold.Person, Applicant: r.hold.Applicant, Reason: r.reason(),
	}
}

// slotOf names the slot of a start time, as booking.SlotID describes it.
func slotOf(c booking.ConsulateID, g booking.GroupID, start time.Time) booking.SlotID {
	return booking.SlotID(string(c) + "-" + string(g) + "-" + start.UTC().Format("20060102T1504Z"))
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
