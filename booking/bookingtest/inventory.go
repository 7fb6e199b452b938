package bookingtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// InventoryHarness is an inventory under test with the handles that a suite needs. The server behind it may be
// shared: suites make up their own posts and applicants.
type InventoryHarness struct {
	Inventory booking.Inventory
	// Now is the shard's time, Advance moves it. Only the inventory's own judgement of time has to follow.
	Now     func() time.Time
	Advance func(d time.Duration)
	// Lose makes the inventory forget everything, as a server without a disk that restarts.
	Lose func()
	// Check reports broken invariants of the posts.
	Check func(ctx context.Context, t Reporter, posts ...booking.ConsulateID)
}

// InventoryFactory makes a harness for one test.
type InventoryFactory func(t *testing.T) InventoryHarness

// Inventory is the contract of booking.Inventory as tests.
func Inventory(t *testing.T, factory InventoryFactory) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(d *desk)
	}{
		{"hold takes the seat of the slot", holdSlot},
		{"hold of a window takes the earliest", holdWindow},
		{"hold says sold out", holdSoldOut},
		{"hold never gives a past start", holdPast},
		{"the same applicant gets her hold again", holdAgain},
		{"the same identifier gets its hold again", holdSameID},
		{"another person's hold is elsewhere", holdElsewhere},
		{"another group is independent", holdOtherGroup},
		{"holds are counted per day", holdLimit},
		{"holds for others are counted per signer", holdSignerLimit},
		{"a booked applicant holds no more", holdBooked},
		{"find and current", findCurrent},
		{"extend once", extendOnce},
		{"a hold expires", holdExpires},
		{"release", releaseHold},
		{"pin", pinHold},
		{"abandon", abandonHold},
		{"settle", settleHold},
		{"settle without the hold", settleLost},
		{"settle after the end of the appointment", settleLate},
		{"free lists what can be held", freeSlots},
		{"publish leaves what is there", publishTwice},
		{"withdraw", withdrawSeats},
		{"free seats by name", freeSeats},
		{"ended and acknowledge", endedAcknowledge},
		{"an ended seat comes back by publish alone", endedComesBack},
		{"sweep keeps to its limit", sweepLimit},
		{"confirming by age", confirmingByAge},
		{"without epoch nothing is sold out", noEpoch},
		{"rebuild keeps live holds", rebuildKeeps},
		{"rebuild replays", rebuildReplays},
		{"rebuild after a loss", rebuildAfterLoss},
		{"rebuild that fails", rebuildFails},
		{"bad requests", badRequests},
		{"ping", pingAnswers},
		{"one seat, many people", manyPeople},
		{"one applicant, many requests", manyRequests},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t, factory(t))
			test.run(d)
			d.h.Check(t.Context(), t, d.post, d.other)
		})
	}
}

// desk is what most tests of the suite begin with: two posts without seats, and people.
type desk struct {
	*testing.T
	h           InventoryHarness
	inv         booking.Inventory
	post, other booking.ConsulateID
	person      uuid.UUID
	day         time.Time // midnight (UTC) of the day after tomorrow
}

const (
	groupA = booking.GroupID("passport")
	groupB = booking.GroupID("notary")
)

func newDesk(t *testing.T, h InventoryHarness) *desk {
	t.Helper()
	d := &desk{
		T: t, h: h, inv: h.Inventory, post: randomPost(), other: randomPost(), person: uuid.New(),
		day: h.Now().UTC().Truncate(24 * time.Hour).Add(48 * time.Hour),
	}
	d.rebuild(d.post)
	d.rebuild(d.other)
	return d
}

func randomPost() booking.ConsulateID {
	b := make([]byte, 3)
	_, _ = rand.Read(b)
	return booking.ConsulateID("t" + hex.EncodeToString(b))
}

// rebuild gives a post an epoch, with the seats that the ledger is said to know.
func (d *desk) rebuild(c booking.ConsulateID, seats ...booking.Seat) {
	d.Helper()
	err := d.inv.Rebuild(d.Context(), c, booking.Snapshot{Epoch: uuid.NewString(), Seats: seats}, nil)
	d.must(err)
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) refused(err error, code booking.Code) {
	d.Helper()
	if booking.CodeOf(err) != code {
		d.Fatalf("got %v, want %s", err, code)
	}
}

// seat makes a seat of the desk's post: minutes after 08:00 UTC of its day, at a counter.
func (d *desk) seat(g booking.GroupID, minutes, counter int) booking.Seat {
	return makeSeat(d.post, g, d.day.Add(8*time.Hour+time.Duration(minutes)*time.Minute), counter)
}

func makeSeat(c booking.ConsulateID, g booking.GroupID, start time.Time, counter int) booking.Seat {
	number := booking.CounterID(fmt.Sprintf("c%d", counter))
	return booking.Seat{
		ID: booking.SeatID(fmt.Sprintf("%s-%s-%s-20", c, number, start.UTC().Format("20060102T1504Z"))), Consulate: c,
		Counter: number, Group: g, Pool: booking.PoolOpen, Start: start, Minutes: 20, State: booking.SeatOpen,
	}
}

func (d *desk) publish(seats ...booking.Seat) {
	d.Helper()
	d.must(d.inv.Publish(d.Context(), d.post, seats))
}

// ask makes a request for a span of starts, given as minutes after 08:00 UTC of the desk's day.
func (d *desk) ask(person uuid.UUID, g booking.GroupID, from, to int) booking.HoldRequest {
	start := d.day.Add(8 * time.Hour)
	return makeRequest(d.post, person, g, start.Add(time.Duration(from)*time.Minute), start.Add(time.Duration(to)*time.Minute))
}

func makeRequest(c booking.ConsulateID, person uuid.UUID, g booking.GroupID, from, to time.Time) booking.HoldRequest {
	id := uuid.New()
	return booking.HoldRequest{
		ID: booking.NewHoldID(c, id), Consulate: c, Group: g, Service: "passport-adult", From: from, To: to,
		Person: person, Applicant: person, Nonce: hex.EncodeToString(id[:]), TTL: 10 * time.Minute, Extension: 5 * time.Minute,
		DailyLimit: 3,
	}
}

func (d *desk) hold(r booking.HoldRequest) booking.Hold {
	d.Helper()
	h, err := d.inv.Hold(d.Context(), r)
	d.must(err)
	return h
}

func (d *desk) holdRefused(r booking.HoldRequest, code booking.Code) {
	d.Helper()
	_, err := d.inv.Hold(d.Context(), r)
	d.refused(err, code)
}

// freeCount counts the free seats of a group over the desk's day.
func (d *desk) freeCount(g booking.GroupID) int {
	d.Helper()
	slots, err := d.inv.Free(d.Context(), d.post, g, d.day, d.day.Add(24*time.Hour))
	d.must(err)
	n := 0
	for _, s := range slots {
		n += s.Seats
	}
	return n
}

// ended lists the ended holds of the desk's post.
func (d *desk) ended() []booking.EndedHold {
	d.Helper()
	list, err := d.inv.Ended(d.Context(), d.post, 100)
	d.must(err)
	return list
}
