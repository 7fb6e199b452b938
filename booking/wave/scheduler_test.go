package wave

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/booking/draw"
)

const mainWave = ID("waw-passport-2026w50")

// morning is a batch of n seats on the mornings of a week, six a day.
func (st *stage) morning(isoWeek string, n int) Batch {
	w, err := capacity.ParseISOWeek(isoWeek)
	if err != nil {
		st.t.Fatal(err)
	}
	b := Batch{Consulate: "waw", Group: "passport", Pool: booking.PoolDraw, ISOWeek: isoWeek}
	for i := range n {
		b.Seats = append(b.Seats, seatAt(st.t, st.post, w, 1+i/6, 9, 20*(i%6), "c1"))
	}
	return b
}

// toClose brings week 50 to its close.
func toClose(t *testing.T, entries int, change func(*Policy)) *stage {
	t.Helper()
	st := newStage(t, change)
	st.planned = []Batch{st.morning("2026-W50", 30)}
	st.now = time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)
	st.tick()
	st.wantState(mainWave, StateAnnounced)
	st.enter(mainWave, entries, 1)
	return st
}

func TestAWaveFromAnnouncementToOffers(t *testing.T) {
	st := toClose(t, 50, nil)
	st.enter(mainWave, 2, 3)
	w := st.waves[mainWave]
	a, err := draw.ParseLeaf[draw.Announcement](st.log[0].bytes)
	if err != nil || a.Policy != sha256.Sum256(st.Policy()) || len(a.Windows) != 5 || a.ManifestRoot != w.ManifestRoot || a.Kind != "main" {
		t.Fatalf("%+v, %v", a, err)
	}
	st.at(mainWave, -time.Second)
	st.wantState(mainWave, StateAnnounced)
	st.at(mainWave, 0)
	st.wantState(mainWave, StateClosed)
	st.at(mainWave, time.Second) // one of two witnesses
	st.wantState(mainWave, StateClosed)
	st.at(mainWave, 10*time.Second)
	st.wantState(mainWave, StateStanding)
	st.at(mainWave, 599*time.Second)
	st.wantState(mainWave, StateStanding)
	st.at(mainWave, 603*time.Second)
	st.wantState(mainWave, StateDrawn)
	st.tick()
	if w.draws != 1 || st.leavesOf(mainWave) != "[announcement close result]" {
		t.Fatal(w.draws, st.leavesOf(mainWave))
	}
	checkClosed(t, st, w)
	checkResult(t, w)
	until := w.outcome.OfferUntil
	if until.Before(st.now.Add(72*time.Hour)) || until.After(st.now.Add(120*time.Hour)) {
		t.Fatalf("offers until %s, drawn at %s", until, st.now)
	}
}

// checkClosed reads the close leaf against the files.
func checkClosed(t *testing.T, st *stage, w *staged) {
	t.Helper()
	c, err := draw.ParseLeaf[draw.Close](st.log[1].bytes)
	if err != nil {
		t.Fatal(err)
	}
	e, err := draw.ParseEntries(w.files.Entries)
	if err != nil {
		t.Fatal(err)
	}
	n, sum := 0, 0
	for i, k := range c.Weights {
		n, sum = n+k, sum+k*(i+1)
	}
	if c.N != len(w.entries) || n != c.N || int64(sum) != c.SumW || c.EntriesRoot != e.Root || c.EntriesSHA256 != sha256.Sum256(w.files.Entries) ||
		c.BindingsSHA256 != sha256.Sum256(w.files.Bindings) || c.PersonsSHA256 != sha256.Sum256(w.files.Persons) || !c.Closed.Equal(w.Closes) {
		t.Fatalf("%+v", c)
	}
	if bytes.Count(w.files.Bindings, []byte("\n")) != c.N || string(w.files.Authority) != "attested" || len(st.attested[0].Persons) != bytes.Count(w.files.Persons, []byte("\n")) {
		t.Fatal("the files do not fit together")
	}
	bound := map[string]string{}
	bindings := strings.Fields(string(w.files.Bindings))
	for i, row := range e.Rows {
		bound[hex.EncodeToString(row.NF[:])] = bindings[i]
	}
	for _, e := range w.entries {
		if bound[hex.EncodeToString(e.NF[:])] != hex.EncodeToString(e.Commitment[:]) {
			t.Fatal("a binding is not its entry's")
		}
	}
}

// checkResult sees that every seat is awarded or left over, once, and every entry served or waiting.
func checkResult(t *testing.T, w *staged) {
	t.Helper()
	seats, entries := map[booking.SeatID]bool{}, map[EntryKey]bool{}
	for _, a := range w.outcome.Awards {
		entries[a.Entry] = true
		for _, s := range a.Seats {
			if seats[s] {
				t.Fatalf("seat %s twice", s)
			}
			seats[s] = true
		}
	}
	for _, l := range w.outcome.Leftover {
		if seats[l.Seat] {
			t.Fatalf("seat %s is awarded and left over", l.Seat)
		}
		seats[l.Seat] = true
	}
	for _, e := range w.outcome.Losers {
		entries[e] = true
	}
	if len(seats) != len(w.seats) || len(entries) != len(w.entries) || len(entries) != len(w.outcome.Awards)+len(w.outcome.Losers) {
		t.Fatalf("%d of %d seats, %d of %d entries", len(seats), len(w.seats), len(entries), len(w.entries))
	}
}

func TestAWaveWithoutEntries(t *testing.T) {
	st := toClose(t, 0, nil)
	for _, d := range []time.Duration{0, 10 * time.Second, 603 * time.Second} {
		st.at(mainWave, d)
	}
	w := st.wantState(mainWave, StateDrawn)
	if string(w.outcome.Result) != "--\nclosed 0000000000000000\n" || len(w.outcome.Leftover) != 30 {
		t.Fatalf("%q, %d", w.outcome.Result, len(w.outcome.Leftover))
	}
	times := map[time.Time]bool{}
	for _, l := range w.outcome.Leftover {
		if l.OpenAt.Before(st.now) || l.OpenAt.After(st.now.Add(24*time.Hour)) {
			t.Fatalf("opens at %s, drawn at %s", l.OpenAt, st.now)
		}
		times[l.OpenAt] = true
	}
	if len(times) < 30 {
		t.Fatal("leftovers open together")
	}
}

func TestTheCloseIsProvedLate(t *testing.T) {
	st := toClose(t, 3, nil)
	shown := time.Time{}
	st.cosign = func(_ int64, at time.Time) []time.Time {
		if st.now.Before(shown) {
			return nil
		}
		return []time.Time{at.Add(time.Second), at.Add(2 * time.Second)}
	}
	shown = st.waves[mainWave].Closes.Add(20 * time.Hour)
	st.at(mainWave, 0)
	// Nobody runs between the deadline and the round. It is too late to make anything void; who has the cosignatures presents them.
	for _, d := range []time.Duration{time.Hour, 10 * time.Hour} {
		st.at(mainWave, d)
		st.wantState(mainWave, StateClosed)
	}
	st.at(mainWave, 21*time.Hour)
	st.wantState(mainWave, StateStanding)
	st.tick()
	st.wantState(mainWave, StateDrawn)
	if w := st.waves[mainWave]; w.Attempt != 0 || st.leavesOf(mainWave) != "[announcement close result]" {
		t.Fatal(w.Attempt, st.leavesOf(mainWave))
	}
}

func TestNobodyProvesTheClose(t *testing.T) {
	st := toClose(t, 3, nil)
	st.cosign = func(int64, time.Time) []time.Time { return nil }
	st.at(mainWave, 0)
	st.at(mainWave, 530*time.Second) // too late for a void leaf to be cosigned before the round
	st.at(mainWave, 603*time.Second)
	st.at(mainWave, 24*time.Hour)
	st.wantState(mainWave, StateClosed)
	st.at(mainWave, 25*time.Hour)
	st.wantState(mainWave, StateCancelled)
	if got := st.leavesOf(mainWave); got != "[announcement close cancelled]" {
		t.Fatal(got)
	}
}

// TestFallbacks: close cosignatures come too late for f attempts; each is made void in time.
func TestFallbacks(t *testing.T) {
	for want := range 5 {
		t.Run(fmt.Sprint(want), func(t *testing.T) {
			st := toClose(t, 3, nil)
			closes := st.waves[mainWave].Closes
			late := closes.Add(time.Duration(want)*24*time.Hour + 100*time.Second)
			if want == 4 {
				late = closes.Add(300 * 24 * time.Hour)
			}
			st.cosign = func(seq int64, at time.Time) []time.Time {
				if st.log[seq].Type == draw.LeafClose {
					return []time.Time{late, late.Add(time.Second)}
				}
				return []time.Time{at.Add(time.Second), at.Add(time.Second)}
			}
			if want == 0 {
				st.at(mainWave, 0)
			}
			for f := range min(want, 4) {
				day := time.Duration(f) * 24 * time.Hour
				st.at(mainWave, day)
				st.at(mainWave, day+449*time.Second)
				if w := st.wantState(mainWave, StateClosed); w.Attempt != f {
					t.Fatalf("attempt %d, want %d", w.Attempt, f)
				}
				st.at(mainWave, day+455*time.Second)
			}
			if want == 4 {
				st.at(mainWave, 4*24*time.Hour)
				st.wantState(mainWave, StateClosed) // whoever has the cosignatures may still present them
				st.at(mainWave, 4*24*time.Hour+603*time.Second)
				st.wantState(mainWave, StateCancelled)
				if got := st.leavesOf(mainWave); got != "[announcement close void void void cancelled]" {
					t.Fatal(got)
				}
				return
			}
			day := time.Duration(want) * 24 * time.Hour
			st.at(mainWave, day+105*time.Second)
			w := st.wantState(mainWave, StateStanding)
			if w.Attempt != want || w.Round != draw.AttemptRound(closes, draw.Standard(), st.chain, want) {
				t.Fatalf("attempt %d, round %d", w.Attempt, w.Round)
			}
			st.at(mainWave, day+599*time.Second)
			st.wantState(mainWave, StateStanding)
			st.at(mainWave, day+603*time.Second)
			st.wantState(mainWave, StateDrawn)
			checkResult(t, w)
		})
	}
}

// TestAVoidLeafThatCameTooLate makes nothing void: the draw ends.
func TestAVoidLeafThatCameTooLate(t *testing.T) {
	st := toClose(t, 3, nil)
	st.cosign = func(seq int64, at time.Time) []time.Time {
		late := at.Add(10 * time.Minute)
		return []time.Time{late, late}
	}
	st.at(mainWave, 0)
	st.at(mainWave, 460*time.Second)
	if w := st.wantState(mainWave, StateClosed); w.Attempt != 1 {
		t.Fatal("not void")
	}
	st.at(mainWave, 500*time.Second)
	st.wantState(mainWave, StateClosed)
	st.at(mainWave, 24*time.Hour)
	st.wantState(mainWave, StateCancelled)
}

func TestAnAuthorityThatIsAway(t *testing.T) {
	away := errors.New("away")
	st := toClose(t, 3, nil)
	st.authority = away
	st.now = st.waves[mainWave].Closes
	if err := st.s.Tick(t.Context()); !errors.Is(err, away) || !strings.Contains(err.Error(), string(mainWave)) {
		t.Fatal(err)
	}
	st.wantState(mainWave, StateAnnounced)
	st.authority = nil
	st.at(mainWave, 200*time.Second)
	st.at(mainWave, 210*time.Second)
	st.wantState(mainWave, StateStanding)

	st = toClose(t, 3, nil)
	st.authority = away
	st.now = st.waves[mainWave].Closes
	_ = st.s.Tick(t.Context())
	st.authority = nil
	st.at(mainWave, 700*time.Second) // the round is known: files frozen now would prove nothing
	st.wantState(mainWave, StateCancelled)
}

func TestALateRound(t *testing.T) {
	st := toClose(t, 5, nil)
	st.silent = true
	for _, d := range []time.Duration{0, 10 * time.Second, 600 * time.Second, 12 * time.Hour, 25 * time.Hour, 26 * time.Hour, 8 * 24 * time.Hour} {
		st.at(mainWave, d)
	}
	if got := st.leavesOf(mainWave); got != "[announcement close delayed]" {
		t.Fatal(got)
	}
	st.chain.ID, st.chain.ChainHash = "other", draw.Hash{2}
	st.at(mainWave, 8*24*time.Hour)
	st.at(mainWave, 8*24*time.Hour+time.Hour)
	w := st.wantState(mainWave, StateStanding)
	if got := st.leavesOf(mainWave); got != "[announcement close delayed newchain]" || w.Beacon.ID != "other" {
		t.Fatal(got)
	}
	if ahead := roundTime(w.Beacon, w.Round).Sub(st.log[len(st.log)-1].at); ahead < 24*time.Hour || ahead > 26*time.Hour {
		t.Fatalf("the new round is %s ahead", ahead)
	}
	st.silent = false
	st.at(mainWave, 9*24*time.Hour)
	st.wantState(mainWave, StateStanding)
	st.at(mainWave, 9*24*time.Hour+2*time.Hour)
	st.wantState(mainWave, StateDrawn)
	checkResult(t, w)
}

func TestAWaveThatLostItsSeats(t *testing.T) {
	st := toClose(t, 3, nil)
	st.waves[mainWave].seats = st.waves[mainWave].seats[1:]
	st.now = st.waves[mainWave].Closes
	if err := st.s.Tick(t.Context()); err == nil {
		t.Fatal("other seats than announced were closed")
	}
	st.wantState(mainWave, StateAnnounced)
	st.waves[mainWave].seats = nil
	st.tick()
	st.wantState(mainWave, StateCancelled)
}

func TestStandbyWaves(t *testing.T) {
	st := toClose(t, 0, nil)
	st.returned = []Batch{st.morning("2026-W50", 4)}
	st.at(mainWave, 0)
	st.at(mainWave, 10*time.Second)
	if len(st.waves) != 1 {
		t.Fatal("a standby wave before the draw of its family")
	}
	st.at(mainWave, 603*time.Second)
	st.tick()
	const first = mainWave + "-s1"
	w := st.wantState(first, StateAnnounced)
	if w.Parent != mainWave || w.Kind != KindStandby || w.Predecessor != "" || w.Guarantee.T != 0 || w.Windows[0].Number != 0 {
		t.Fatalf("%+v", w.Wave)
	}
	if span := w.Closes.Sub(w.Opens); span < 24*time.Hour || span > 27*time.Hour || w.Opens.Before(w.Announced) {
		t.Fatalf("entry lasts %s", span)
	}
	st.enter(first, 2, 1)
	st.at(first, 0)
	if lines := string(w.files.Entries); strings.Contains(lines, " 1 1 1 ") {
		t.Fatalf("a guarantee in a standby draw: %s", lines)
	}
	for _, d := range []time.Duration{10 * time.Second, 603 * time.Second} {
		st.at(first, d)
	}
	st.wantState(first, StateDrawn)
	st.tick()
	if w := st.wantState(first+"", StateDrawn); len(st.waves) != 2 && w.draws != 1 {
		t.Fatal("drawn twice")
	}
}

func TestStandbyWavesKeepTheirDistance(t *testing.T) {
	st := newStage(t, nil)
	b := st.morning("2026-W50", 4)
	b.Standbys, b.LastStandby = 3, st.now.Add(-23*time.Hour)
	plan := func() (Plan, bool) {
		p, ok, err := st.s.plan(t.Context(), KindStandby, st.now, b)
		if err != nil {
			t.Fatal(err)
		}
		return p, ok
	}
	if _, ok := plan(); ok {
		t.Fatal("too soon after the last one")
	}
	st.now = st.now.Add(time.Hour)
	p, ok := plan()
	if !ok || p.Wave.ID != mainWave+"-s4" {
		t.Fatal(p.Wave.ID, ok)
	}
	b.Busy = true
	if _, ok := plan(); ok {
		t.Fatal("while another wave of the family is open")
	}
}

func TestMainWavesFollowOneAnother(t *testing.T) {
	st := newStage(t, nil)
	st.planned = []Batch{st.morning("2026-W51", 12), st.morning("2026-W50", 12)}
	st.now = time.Date(2026, 11, 5, 10, 0, 0, 0, time.UTC)
	st.tick()
	if len(st.waves) != 0 {
		t.Fatal("announced long before its time")
	}
	st.now = time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC)
	st.tick()
	st.tick()
	w := st.wantState(mainWave, StateAnnounced)
	monday := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC) // Monday 00:00 in Warsaw, two weeks before the week
	if w.Closes.Before(monday) || w.Closes.After(monday.Add(12*time.Hour)) || w.Closes.Sub(w.Opens) < 48*time.Hour || w.Opens.Sub(w.Announced) < 24*time.Hour || len(st.waves) != 1 {
		t.Fatalf("closes %s, opens %s, %d waves", w.Closes, w.Opens, len(st.waves))
	}
	for _, d := range []time.Duration{0, 10 * time.Second, 603 * time.Second} {
		st.at(mainWave, d)
	}
	st.at(mainWave, 13*time.Hour)
	next := st.wantState("waw-passport-2026w51", StateAnnounced)
	if next.Predecessor != mainWave {
		t.Fatalf("after %q", next.Predecessor)
	}
}

func TestAnAnnouncementThatSomebodyMadeFirst(t *testing.T) {
	st := newStage(t, nil)
	st.planned = []Batch{st.morning("2026-W50", 12)}
	st.now, st.stale = time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC), true
	if n, err := st.s.Plan(t.Context()); n != 0 || err != nil {
		t.Fatal(n, err)
	}
}

// TestTimesOfPlans: whatever the policy and the moment, a plan keeps what the rules say about time.
func TestTimesOfPlans(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		days := func(label string, least, most int) time.Duration {
			return time.Duration(rapid.IntRange(least, most).Draw(rt, label)) * time.Hour
		}
		st := newStage(t, func(p *Policy) {
			p.Notice, p.Entry, p.StandbyEntry = days("notice", 48, 100), days("entry", 1, 48), days("standby entry", 1, 48)
			p.Lead, p.Spread, p.Offer, p.Margin = days("lead", 0, 1000), days("spread", 0, 24), days("offer", 1, 100), days("margin", 0, 48)
		})
		p := st.s.d.Policy
		st.now = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, int64(40*24*time.Hour)).Draw(rt, "now")))
		kind := rapid.SampledFrom([]Kind{KindMain, KindStandby}).Draw(rt, "kind")
		plan, ok, err := st.s.plan(t.Context(), kind, st.now, st.morning("2026-W50", 30))
		if err != nil {
			rt.Fatal(err)
		}
		if !ok {
			return
		}
		w := plan.Wave
		entry := p.Entry
		if kind == KindStandby {
			entry = p.StandbyEntry
		} else if w.Closes.Sub(st.now) < p.Notice {
			rt.Fatalf("announced %s, closes %s", st.now, w.Closes)
		}
		if w.Closes.Truncate(time.Second) != w.Closes || w.Opens.Before(w.Announced) || w.Closes.Sub(w.Opens) < entry || w.Announced.After(st.now) {
			rt.Fatalf("announced %s, opens %s, closes %s", w.Announced, w.Opens, w.Closes)
		}
		if roundTime(w.Beacon, w.Round).Before(w.Closes.Add(10 * time.Minute)) {
			rt.Fatal("the round is too early")
		}
		if len(plan.Seats) == 0 || len(plan.Seats) != w.Seats {
			rt.Fatalf("%d seats, %d said", len(plan.Seats), w.Seats)
		}
		for _, s := range plan.Seats {
			if s.Start.Before(w.Closes.Add(10*time.Minute + p.Offer + p.Margin)) {
				rt.Fatalf("seat %s is too soon for a close at %s", s.ID, w.Closes)
			}
		}
		if leaf, err := plan.Leaf(7); err != nil || !strings.Contains(string(leaf), `"seq":7`) {
			rt.Fatal(string(leaf), err)
		}
	})
}

func TestOpenAllowed(t *testing.T) {
	st := newStage(t, nil)
	ask := func(want Openness) {
		t.Helper()
		if got, err := st.s.OpenAllowed(t.Context(), "waw", "passport"); err != nil || got != want {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
	}
	ask(Openness{})
	add := func(id ID, ago time.Duration, entries int) {
		st.waves[id] = &staged{Wave: Wave{ID: id, Kind: KindMain, State: StateFinished, Closes: st.now.Add(-ago), Seats: 10, Entries: entries}}
	}
	add("a", 40*24*time.Hour, 99)
	ask(Openness{})
	add("b", 9*24*time.Hour, 9)
	ask(Openness{Allowed: true, Demand: 9, Supply: 10, Waves: 1})
	add("c", 2*24*time.Hour, 12)
	ask(Openness{Demand: 21, Supply: 20, Waves: 2})
}

func TestSchedulerDeps(t *testing.T) {
	_, err := NewScheduler(SchedulerDeps{BookingLead: -1})
	for _, want := range []string{"Catalogue", "Ledger", "Authority", "Beacon", "Log", "Trust", "Now", "Rand", "Logger", "BookingLead", "Notice"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("missing %s goes unseen: %v", want, err)
		}
	}
	st := newStage(t, nil)
	if err := st.s.Step(context.Background(), "none", StepClose); booking.CodeOf(err) != booking.CodeDrawAbsent {
		t.Error(err)
	}
	st.tick()
	if ahead := st.flowed[0].Sub(st.now); ahead < st.s.d.Policy.StandbyEntry+st.s.afterClose() || ahead > st.s.d.Policy.Notice+st.s.afterClose() {
		t.Errorf("seats flow on %s ahead", ahead)
	}
}
