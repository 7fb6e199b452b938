package opening_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/opening"
)

const id = booking.OpeningID("waw-passport-20261201T080000Z")

// crowd are the tickets of n people.
func crowd(r *rand.Rand, n int) []opening.Ticket {
	var secret [32]byte
	binary.BigEndian.PutUint64(secret[:], r.Uint64())
	out := make([]opening.Ticket, n)
	for i := range out {
		var person uuid.UUID
		binary.BigEndian.PutUint64(person[:], r.Uint64())
		binary.BigEndian.PutUint64(person[8:], r.Uint64())
		out[i] = opening.TicketOf(secret, id, person)
	}
	return out
}

func seeded(n uint64, tickets []opening.Ticket) [32]byte {
	b := draw.Beacon{Round: 1 + n}
	binary.BigEndian.PutUint64(b.Signature[:], n)
	return opening.Seed(id, b, len(tickets), opening.Root(tickets))
}

// TestEveryPlaceIsAsLikely: over 20,000 rounds, each of 8 people, named by when they arrived, has each place as often: so
// when somebody arrived says nothing about her place. The seeds are fixed; the bound is the 99.99 % quantile of chi-square.
func TestEveryPlaceIsAsLikely(t *testing.T) {
	const people, rounds = 8, 20_000
	r := rand.New(rand.NewPCG(7, 11))
	arrived := crowd(r, people)
	var seen [people][people]float64
	for n := range rounds {
		for place, ticket := range opening.Order(seeded(uint64(n), arrived), arrived) {
			seen[slices.Index(arrived, ticket)][place]++
		}
	}
	const expected, bound = float64(rounds) / people, 94.0 // (8−1)² = 49 degrees of freedom
	chi := 0.0
	for _, places := range seen {
		for _, n := range places {
			chi += (n - expected) * (n - expected) / expected
		}
	}
	if chi > bound {
		t.Errorf("chi-square %.1f > %.1f: %v", chi, bound, seen)
	}
}

// TestArrivingEarlierGivesNothing: in one crowd of 20,000 the rank correlation of arrival and place is that of chance.
func TestArrivingEarlierGivesNothing(t *testing.T) {
	const people = 20_000
	arrived := crowd(rand.New(rand.NewPCG(3, 5)), people)
	when := map[opening.Ticket]int{}
	for i, ticket := range arrived {
		when[ticket] = i
	}
	sum := 0.0
	for place, ticket := range opening.Order(seeded(1, arrived), arrived) {
		d := float64(place - when[ticket])
		sum += d * d
	}
	n := float64(people)
	if rho := 1 - 6*sum/(n*(n*n-1)); rho > 0.03 || rho < -0.03 { // its deviation is 1/√n = 0.007
		t.Errorf("correlation %.4f", rho)
	}
}

func TestPermutationsChangeNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		tickets := crowd(r, n)
		want, root := opening.Order(seeded(9, tickets), tickets), opening.Root(tickets)
		for range 5 {
			r.Shuffle(n, func(i, j int) { tickets[i], tickets[j] = tickets[j], tickets[i] })
			if opening.Root(tickets) != root {
				t.Fatal("another root")
			}
			if diff := cmp.Diff(want, opening.Order(seeded(9, tickets), tickets)); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

func TestOnePersonOneTicket(t *testing.T) {
	secret, other := [32]byte{1}, [32]byte{2}
	olena, ivan := uuid.UUID{1}, uuid.UUID{2}
	same := opening.TicketOf(secret, id, olena)
	if same != opening.TicketOf(secret, id, olena) {
		t.Error("two tickets for one person")
	}
	for name, ticket := range map[string]opening.Ticket{
		"person": opening.TicketOf(secret, id, ivan), "secret": opening.TicketOf(other, id, olena), "opening": opening.TicketOf(secret, id+"x", olena),
	} {
		if ticket == same {
			t.Errorf("another %s, the same ticket", name)
		}
	}
}

func published(t *testing.T, n int) (opening.Opening, []opening.Ticket, []byte) {
	t.Helper()
	o := opening.Opening{ID: id, Terms: opening.Terms{
		GatherUntil: time.Date(2026, 12, 1, 8, 10, 0, 0, time.UTC), Delay: 30 * time.Second, Chain: draw.BeaconInfo{Period: 3, Genesis: 1692803367},
	}}
	o.Round = draw.AttemptRound(o.GatherUntil, draw.Delays{Round: 30}, o.Chain, 0)
	o.Signature[5] = 77
	tickets := crowd(rand.New(rand.NewPCG(4, 4)), n)
	return o, tickets, opening.File(o, tickets)
}

func TestVerify(t *testing.T) {
	for _, n := range []int{0, 1, 2, 500} {
		o, tickets, file := published(t, n)
		v, err := opening.Verify(file)
		if err != nil {
			t.Fatal(err)
		}
		seed := opening.Seed(id, draw.Beacon{Round: o.Round, Signature: o.Signature}, n, opening.Root(tickets))
		if v.ID != id || v.Beacon.Round != o.Round || !slices.Equal(v.Tickets, opening.Order(seed, tickets)) {
			t.Errorf("%d: %+v", n, v)
		}
	}
}

// TestVerifyRefusesEveryChange: two places swapped, a ticket less, one more, and any other byte.
func TestVerifyRefusesEveryChange(t *testing.T) {
	o, tickets, file := published(t, 20)
	lines := bytes.SplitAfter(file, []byte("\n"))
	n := len(lines) - 1 // the last is empty
	swapped := slices.Clone(lines)
	swapped[n-1], swapped[n-2] = swapped[n-2], swapped[n-1]
	late := o
	late.Round++
	bad := map[string][]byte{
		"swapped": bytes.Join(swapped, nil), "one less": bytes.Join(lines[:n-1], nil), "one twice": append(slices.Clone(file), lines[n-1]...),
		"no end": file[:len(file)-1], "a space": append(slices.Clone(file), ' '), "another round": opening.File(late, tickets), "empty": nil,
	}
	for name, b := range bad {
		if _, err := opening.Verify(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for i := range file {
		b := slices.Clone(file)
		b[i] ^= 1
		v, err := opening.Verify(b)
		if err == nil && v.ID == id && v.Beacon.Signature == o.Signature && slices.Equal(v.Tickets, opening.Order(seeded(0, tickets), tickets)) {
			t.Errorf("byte %d flipped: accepted", i)
		}
		if err == nil {
			t.Errorf("byte %d flipped: accepted as %+v", i, v.ID)
		}
	}
}

func FuzzVerify(f *testing.F) {
	tickets := crowd(rand.New(rand.NewPCG(4, 4)), 3)
	f.Add(opening.File(opening.Opening{ID: id}, tickets))
	f.Fuzz(func(_ *testing.T, file []byte) { _, _ = opening.Verify(file) })
}

func TestCalls(t *testing.T) {
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		since                          time.Duration
		perMinute, waiting, free, busy int
		want                           int
		rest                           time.Duration // of the pace that is kept
	}{
		{time.Second, 30, 10, 10, 0, 0, time.Second},
		{2 * time.Second, 30, 10, 10, 0, 1, 0},
		{5 * time.Second, 30, 10, 10, 0, 2, time.Second},
		{time.Minute, 30, 100, 100, 0, 30, 0},
		{time.Minute, 30, 7, 100, 0, 7, 0},             // nobody else waits, and the rest is not saved up
		{time.Minute, 30, 100, 8, 3, 5, 0},             // seats kept for whose turn runs
		{time.Minute, 30, 100, 8, 9, 0, 0},             // none left
		{-time.Minute, 30, 100, 8, 0, 0, -time.Minute}, // a clock that went back
	} {
		n, paced := opening.Calls(now, now.Add(-tc.since), tc.perMinute, tc.waiting, tc.free, tc.busy)
		if n != tc.want || now.Sub(paced) != tc.rest {
			t.Errorf("%+v: %d, rest %v", tc, n, now.Sub(paced))
		}
	}
}

func TestPollAfterGrowsWithTheWait(t *testing.T) {
	last := time.Duration(0)
	for wait := time.Duration(0); wait < time.Hour; wait += time.Second {
		d := opening.PollAfter(wait, opening.Ticket{128})
		if d < last || d < 5*time.Second || d > 75*time.Second {
			t.Fatalf("%v: %v after %v", wait, d, last)
		}
		last = d
	}
	if last < time.Minute {
		t.Errorf("an hour: %v", last)
	}
}

func TestRounded(t *testing.T) {
	for n, want := range map[int]int{-1: 0, 0: 0, 7: 7, 10: 10, 11: 20, 100: 100, 101: 110, 999: 1000, 1000: 1000, 1001: 1100, 99_950: 100_000, 123_456: 130_000} {
		if got := opening.Rounded(n); got != want {
			t.Errorf("%d: %d, want %d", n, got, want)
		}
	}
}
