package pgstore_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/opening"
)

// TestCycle: planned seats open at their time, who came early is placed by lot and verifiably, who came late behind; turns
// keep the pace and the seats, and the opening ends.
func TestCycle(t *testing.T) {
	w := newWorld(t, 60)
	if diff := cmp.Diff(map[booking.SeatState]int{booking.SeatPlanned: 60}, w.states()); diff != "" {
		t.Fatal(diff)
	}
	w.tick()
	o := w.opening()
	if o.ID != w.id || o.State != opening.StateAnnounced || o.Round == 0 {
		t.Fatalf("%+v", o)
	}
	_, err := w.store.Arrive(t.Context(), w.id, uuid.New())
	bookingtest.WantCode(t, err, booking.CodeLobbyClosed)

	w.until(o.LobbyFrom)
	early := persons(20)
	w.arrive(early[:10]...)
	w.until(w.opensAt.Add(-time.Nanosecond))
	if len(w.inventory.seats) != 0 || w.states()[booking.SeatOpen] != 0 {
		t.Error("a seat is open before its time")
	}
	w.until(w.opensAt)
	if len(w.inventory.seats) != 60 || w.states()[booking.SeatOpen] != 60 {
		t.Errorf("%d seats in the inventory, %v in the ledger", len(w.inventory.seats), w.states())
	}
	w.arrive(early[10:]...)
	w.pass(o.GatherUntil.Sub(w.now()))
	late := persons(5)
	w.arrive(late[:2]...) // before anybody froze the crowd
	w.tick()
	w.arrive(late[2:4]...)
	if o = w.opening(); o.State != opening.StateFrozen || o.Crowd != 20 || o.Waiting != 24 {
		t.Fatalf("%+v", o)
	}
	w.until(o.GatherUntil.Add(o.Delay - 4*time.Second))
	if o = w.opening(); o.State != opening.StateFrozen {
		t.Fatal("the round is known too early")
	}
	w.pass(10 * time.Second)
	w.tick()
	w.arrive(late[4])
	places := []int{}
	for _, p := range early {
		places = append(places, w.place(p).Place)
	}
	want := make([]int, 20)
	for i := range want {
		want[i] = i + 1
	}
	if cmp.Equal(places, want) {
		t.Error("the order of arrival") // one in 20! by chance
	}
	if diff := cmp.Diff(want, sorted(places)); diff != "" {
		t.Error(diff)
	}
	for i, p := range late {
		if got := w.place(p).Place; got != 21+i {
			t.Errorf("late %d has place %d", i, got)
		}
	}
	w.published(early)
}

// published checks that the published order is that of the places.
func (w *world) published(crowd []uuid.UUID) {
	w.t.Helper()
	tickets, err := w.store.Tickets(context.Background(), w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := opening.Verify(opening.File(w.opening(), tickets))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range crowd {
		if a := w.place(p); v.Tickets[a.Place-1] != a.Ticket {
			w.t.Errorf("place %d has another ticket", a.Place)
		}
	}
}

// calling is a world whose crowd of n has its order.
func calling(t *testing.T, seats, n int) (*world, []uuid.UUID) {
	w := newWorld(t, seats)
	w.tick()
	w.until(w.opensAt)
	people := persons(n)
	w.arrive(people...)
	w.pass(w.opening().GatherUntil.Sub(w.now()))
	w.tick()
	w.pass(time.Minute)
	w.tick()
	if o := w.opening(); o.State != opening.StateCalling {
		t.Fatalf("%+v", o)
	}
	byPlace := make([]uuid.UUID, n)
	for _, p := range people {
		byPlace[w.place(p).Place-1] = p
	}
	return w, byPlace
}

func TestTurns(t *testing.T) {
	w, people := calling(t, 8, 50)
	w.tick()
	if got := w.opening().Called; got != 1 {
		t.Errorf("%d called at once", got)
	}
	for range 60 { // one every two seconds, and no more than there are seats
		w.pass(time.Second)
		w.tick()
	}
	if got := w.opening().Called; got != 8 {
		t.Errorf("%d called for 8 seats", got)
	}
	first := w.place(people[0])
	if !first.Turn(w.now()) || w.place(people[8]).Turn(w.now()) {
		t.Error("the wrong turns")
	}
	// The first three take seats; nobody is called for those. Then their turns and those of the others lapse.
	for _, p := range people[:3] {
		w.inventory.one()
		if err := w.store.Took(t.Context(), w.id, p); err != nil {
			t.Fatal(err)
		}
	}
	w.pass(time.Minute)
	w.tick()
	if got := w.opening().Called; got != 8 {
		t.Errorf("%d called while five turns run for five seats", got)
	}
	w.pass(10 * time.Minute)
	w.tick()
	if got := w.opening().Called; got != 13 {
		t.Errorf("%d called for 5 seats more", got)
	}
	again := w.arrive(people[4])[0] // her turn lapsed
	if again.Place != 51 || again.Turn(w.now()) {
		t.Errorf("rejoined: %+v", again)
	}
	if twice := w.arrive(people[4])[0]; twice.Place != 51 {
		t.Errorf("rejoined twice: %+v", twice)
	}
	if same := w.arrive(people[20])[0]; same.Place != 21 {
		t.Errorf("arrived again: %+v", same)
	}
	w.published(people[20:])
	for range 5 {
		w.inventory.one()
	}
	w.tick()
	if o := w.opening(); o.State != opening.StateEnded {
		t.Errorf("nothing is free and it is %s", o.State)
	}
	_, err := w.store.Arrive(t.Context(), w.id, people[5])
	bookingtest.WantCode(t, err, booking.CodeOpeningEnded)
}

func TestEndsWhenEverybodyWasCalled(t *testing.T) {
	w, people := calling(t, 30, 3)
	for range 10 {
		w.pass(10 * time.Second)
		w.tick()
	}
	if o := w.opening(); o.State != opening.StateCalling || o.Called != 3 {
		t.Fatalf("a turn runs: %+v", o)
	}
	for _, p := range people {
		if err := w.store.Took(t.Context(), w.id, p); err != nil {
			t.Fatal(err)
		}
	}
	w.tick()
	if o := w.opening(); o.State != opening.StateEnded {
		t.Errorf("%+v", o)
	}
}

// TestSilentBeacon: nobody is placed by anything else; without seats there is nothing to wait for.
func TestSilentBeacon(t *testing.T) {
	w := newWorld(t, 2)
	w.silent = true
	w.tick()
	w.until(w.opensAt)
	w.arrive(persons(3)...)
	w.until(w.opensAt.Add(24 * time.Hour))
	if o := w.opening(); o.State != opening.StateFrozen {
		t.Fatalf("%+v", o)
	}
	w.inventory.one()
	w.inventory.one()
	w.tick()
	if o := w.opening(); o.State != opening.StateEnded {
		t.Errorf("%+v", o)
	}
}

// TestRush: 1,000 arrivals of 250 people at once, some while the crowd is frozen and ordered by three processes: one place
// each, without a gap.
func TestRush(t *testing.T) {
	w := newWorld(t, 4)
	w.tick()
	w.until(w.opensAt)
	people := persons(250)
	r := rand.New(rand.NewPCG(1, 1))
	var rush sync.WaitGroup
	come := func(n int) {
		for range n {
			p := people[r.IntN(len(people))]
			rush.Go(func() {
				if _, err := w.store.Arrive(context.Background(), w.id, p); err != nil {
					t.Error(err)
				}
			})
		}
	}
	come(500)
	rush.Wait()
	come(250)
	w.pass(w.opening().GatherUntil.Sub(w.now()))
	come(250)
	for range 3 {
		_, ticker := w.process()
		rush.Go(func() {
			for range 4 {
				if err := ticker.Tick(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	rush.Wait()
	w.pass(time.Minute)
	w.tick()
	places, came := map[int]bool{}, 0
	for _, p := range people {
		a, err := w.store.Arrival(t.Context(), w.id, p)
		if booking.CodeOf(err) == booking.CodePlaceAbsent {
			continue
		}
		if came++; err != nil || places[a.Place] || a.Place < 1 {
			t.Errorf("%+v, %v", a, err)
		}
		places[a.Place] = true
	}
	for i := range came {
		if !places[i+1] {
			t.Errorf("place %d is missing of %d", i+1, came)
		}
	}
	if o := w.opening(); o.Waiting+o.Called != came {
		t.Errorf("%d came, %d are counted", came, o.Waiting+o.Called)
	}
}

// TestPermutation: the same people with the same secret and round, arriving in any order, have the same places.
func TestPermutation(t *testing.T) {
	people := make([]uuid.UUID, 30)
	for i := range people {
		binary.BigEndian.PutUint32(people[i][:], uint32(i+1))
	}
	var want []int
	for n := range 2 {
		w := newWorld(t, 4)
		w.tick()
		if _, err := w.pool.Exec(t.Context(), "UPDATE booking.openings SET secret = sha256('x')"); err != nil {
			t.Fatal(err)
		}
		w.until(w.opensAt)
		order := rand.New(rand.NewPCG(uint64(n), 0)).Perm(len(people))
		for _, i := range order {
			w.arrive(people[i])
		}
		w.until(w.opensAt.Add(time.Hour))
		var got []int
		for _, p := range people {
			got = append(got, w.place(p).Place)
		}
		if n > 0 && !cmp.Equal(want, got) {
			t.Errorf("%v and %v", want, got)
		}
		want = got
	}
}

// TestCrash: whatever a tick has left half-done, the next one, of another process, finishes; what an officer withdrew
// meanwhile does not come back, and what was published anew without an opening stays as it is.
func TestCrash(t *testing.T) {
	w := newWorld(t, 8)
	all := bookingtest.MakeSeats(bookingtest.TestPost, bookingtest.TestMonday(), 8)
	if week := w.publish(1, 0, time.Time{}, all[0].ID); len(week.Seats) != 7 {
		t.Fatal(len(week.Seats))
	}
	w.tick()
	w.pass(w.opensAt.Sub(w.now()))
	w.inventory.fail = errors.New("the inventory is away")
	if err := w.ticker.Tick(t.Context()); !errors.Is(err, w.inventory.fail) {
		t.Fatal(err)
	}
	if w.states()[booking.SeatOpen] != 7 { // the repair job publishes them
		t.Error(w.states())
	}
	w.inventory.fail = nil
	for _, s := range all[1:] {
		w.inventory.seats[s.ID] = s
	}
	w.arrive(persons(3)...)
	for range 20 {
		_, w.ticker = w.process()
		w.pass(time.Minute)
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if err := w.ticker.Tick(stopped); err == nil {
			t.Error("a stopped tick has no error")
		}
		w.tick()
		w.tick()
	}
	if o := w.opening(); o.Called != 3 || o.Crowd != 3 {
		t.Errorf("%+v", o)
	}
}
