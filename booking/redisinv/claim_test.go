package redisinv

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
)

// TestClaimEndsByItself: a process that dies after the claim blocks its applicant for no longer than ClaimTTL, and
// for nobody else.
func TestClaimEndsByItself(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		inv := newTestInventory(t, Deps{Client: e.Client, ClaimTTL: 40 * time.Millisecond})
		r := testRequest("waw", time.Now())
		it := &item{waiting: &waiting{request: r}, id: r.ID}
		inv.claimAll(t.Context(), time.Now(), []*item{it})
		if it.done || !it.owner {
			t.Fatalf("no claim: %v", it.out.err)
		}
		other := r
		other.ID, other.Person = booking.NewHoldID("waw", uuid.New()), uuid.New()
		blocked := &item{waiting: &waiting{request: other}, id: other.ID}
		inv.claimAll(t.Context(), time.Now(), []*item{blocked})
		if booking.CodeOf(blocked.out.err) != booking.CodeHoldElsewhere {
			t.Fatalf("got %v", blocked.out.err)
		}
		e.Advance(40 * time.Millisecond)
		free := &item{waiting: &waiting{request: other}, id: other.ID}
		inv.claimAll(t.Context(), time.Now(), []*item{free})
		if free.done || !free.owner {
			t.Fatalf("the claim did not end: %v", free.out.err)
		}
	})
}

// TestOutageIsNotCounted: attempts that failed because the post's shard could not answer do not use up the day.
func TestOutageIsNotCounted(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		const life = 30 * time.Millisecond
		inv := newTestInventory(t, Deps{Client: e.Client, ClaimTTL: life, GateLife: -1})
		at := time.Now().Add(72 * time.Hour).Truncate(time.Hour)
		seat := booking.Seat{ID: "waw-c1-x-20", Consulate: "waw", Group: "passport", Start: at, Minutes: 20}
		if err := inv.Rebuild(t.Context(), "waw", booking.Snapshot{Epoch: "1", Seats: []booking.Seat{seat}}, nil); err != nil {
			t.Fatal(err)
		}
		if err := e.Client.Set(t.Context(), holdsKey("waw"), "the script fails on this", 0).Err(); err != nil {
			t.Fatal(err)
		}
		r := testRequest("waw", at)
		r.DailyLimit = 2
		for range 4 {
			if _, err := inv.Hold(t.Context(), r); err == nil || booking.CodeOf(err) == booking.CodeHoldLimit {
				t.Fatalf("got %v", err)
			}
			e.Advance(life)
			r.ID = booking.NewHoldID("waw", uuid.New())
		}
		if err := e.Client.Del(t.Context(), holdsKey("waw")).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := inv.Hold(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if n, err := e.Client.Get(t.Context(), dayKey(r.Applicant, r.Group, time.Now())).Int(); n != 1 || err != nil {
			t.Fatalf("%d holds counted, %v", n, err)
		}
	})
}
