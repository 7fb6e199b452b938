package wave

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// stage is a scheduler with a scripted world around it, in virtual time: a ledger in memory, a log whose cosignatures
// come when the test says so, an authority and a beacon that can be away.
type stage struct {
	t     testing.TB
	now   time.Time
	s     *Scheduler
	post  booking.Consulate
	waves map[ID]*staged
	order []ID // as announced
	log   []loggedLeaf

	planned, returned []Batch
	demand            Demand
	flowed            []time.Time // what FlowOn was asked
	stale             bool        // Announce refuses

	cosign    func(seq int64, at time.Time) []time.Time // when a leaf written then was cosigned
	authority error
	attested  []Statement
	silent    bool // the beacon says nothing
	chain     draw.BeaconInfo
}

type loggedLeaf struct {
	Leaf
	id    ID
	at    time.Time
	bytes []byte
}

type staged struct {
	Wave
	seats   []Seat
	entries []Entry
	files   Files
	outcome Outcome
	draws   int
}

func newStage(t testing.TB, change func(*Policy)) *stage {
	t.Helper()
	st := &stage{
		t: t, now: time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC), post: warsaw(t), waves: map[ID]*staged{},
		chain: draw.BeaconInfo{ID: "stage", ChainHash: draw.Hash{1}, Period: 3, Genesis: 1692803367, Development: true},
	}
	st.cosign = func(_ int64, at time.Time) []time.Time {
		return []time.Time{at.Add(5 * time.Second), at.Add(2 * time.Second)}
	}
	catalogue, err := booking.NewCatalogue([]booking.Consulate{st.post}, []booking.Group{{ID: "passport", Minutes: 20}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := Policy{
		Notice: 72 * time.Hour, Entry: 48 * time.Hour, StandbyEntry: 24 * time.Hour, StandbyEvery: 24 * time.Hour, Lead: 14 * 24 * time.Hour,
		Spread: 12 * time.Hour, Delays: draw.Standard(), Offer: 72 * time.Hour, Margin: 24 * time.Hour, OpenWithin: 24 * time.Hour,
		Pause: 14 * 24 * time.Hour, LateCancel: 48 * time.Hour, MaxChanges: 2, Witnesses: 2, Online: 100,
	}
	if change != nil {
		change(&p)
	}
	st.s, err = NewScheduler(SchedulerDeps{
		Catalogue: catalogue, Ledger: st, Authority: st, Beacon: st, Log: st, Trust: st, Policy: p, BookingLead: 2 * time.Hour,
		Now: func() time.Time { return st.now }, Rand: rand.Reader, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func (st *stage) tick() {
	st.t.Helper()
	if err := st.s.Tick(st.t.Context()); err != nil {
		st.t.Fatal(err)
	}
}

// at ticks at a time after the close of a wave.
func (st *stage) at(id ID, afterClose time.Duration) {
	st.t.Helper()
	st.now = st.waves[id].Closes.Add(afterClose)
	st.tick()
}

func (st *stage) wantState(id ID, want State) *staged {
	st.t.Helper()
	w := st.waves[id]
	if w == nil {
		st.t.Fatalf("there is no wave %s", id)
	}
	if w.State != want {
		st.t.Fatalf("wave %s is %s, want %s; its leaves are %s", id, w.State, want, st.leavesOf(id))
	}
	return w
}

// leavesOf are the types of a wave's leaves.
func (st *stage) leavesOf(id ID) string {
	var out []string
	for _, l := range st.log {
		if l.id == id {
			out = append(out, string(l.Type))
		}
	}
	return fmt.Sprint(out)
}

// enter adds n entries of one person each that accept all windows of the wave.
func (st *stage) enter(id ID, n, size int) {
	w := st.waves[id]
	for range n {
		e := Entry{Wave: id, Declarer: uuid.New(), Rev: 1, State: EntryLive, W: 1 + len(w.entries)%8, G: 1}
		e.NF, e.Commitment = sha256.Sum256([]byte(uuid.NewString())), sha256.Sum256([]byte(uuid.NewString()))
		for _, x := range w.Windows {
			e.Windows |= x.Bit()
		}
		for range size {
			e.Members = append(e.Members, Member{Applicant: uuid.New(), PersonNF: sha256.Sum256([]byte(uuid.NewString()))})
		}
		w.entries = append(w.entries, e)
	}
}

func (st *stage) write(id ID, f LeafFunc) error {
	seq := int64(len(st.log))
	b, err := f(seq)
	if err != nil {
		return err
	}
	h, err := draw.ParseHead(b)
	if err != nil || h.Seq != seq || h.DrawID != string(id) {
		return fmt.Errorf("leaf %d of %s says %+v: %w", seq, id, h, err)
	}
	st.log = append(st.log, loggedLeaf{Leaf{seq, h.Type}, id, st.now, b})
	return nil
}

// The ledger.

func (st *stage) Planned(context.Context, booking.Pool, time.Time) ([]Batch, error) {
	return st.batches(st.planned, KindMain), nil
}

func (st *stage) Returned(context.Context, time.Time) ([]Batch, error) {
	return st.batches(st.returned, KindStandby), nil
}

// batches are what is left of seats that no wave has taken, with what the ledger knows of their families.
func (st *stage) batches(of []Batch, kind Kind) (out []Batch) {
	taken := map[booking.SeatID]bool{}
	for _, w := range st.waves {
		for _, s := range w.seats {
			taken[s.ID] = taken[s.ID] || w.Kind == kind || !w.State.over()
		}
	}
	for _, b := range of {
		b.Seats = slices.DeleteFunc(slices.Clone(b.Seats), func(s Seat) bool { return taken[s.ID] })
		for _, id := range st.order {
			w := st.waves[id]
			if w.Kind == kind {
				b.Predecessor, b.PredecessorOpen = id, !w.State.over()
			}
			if w.ISOWeek != b.ISOWeek {
				continue
			}
			b.Windows = st.known(b.Windows, w.Windows)
			b.Busy = b.Busy || !w.State.over()
			if w.Kind == KindMain {
				b.Main = id
			} else {
				b.Standbys++
				b.LastStandby = w.Announced
			}
		}
		if len(b.Seats) > 0 {
			out = append(out, b)
		}
	}
	return out
}

func (st *stage) known(a, b []Window) []Window {
	a = slices.Clone(a)
	for _, w := range b {
		if covering(a, w.Number) < 0 {
			a = append(a, w)
		}
	}
	slices.SortFunc(a, func(x, y Window) int { return cmp.Compare(x.Number, y.Number) })
	return a
}

func (s State) over() bool { return s == StateDrawn || s == StateFinished || s == StateCancelled }

func (st *stage) FlowOn(_ context.Context, before time.Time, _ int) (int, error) {
	st.flowed = append(st.flowed, before)
	return 0, nil
}

func (st *stage) Demand(context.Context, booking.ConsulateID, booking.GroupID) (Demand, error) {
	return st.demand, nil
}

func (st *stage) Announce(_ context.Context, p Plan) (Wave, error) {
	if st.stale || st.waves[p.Wave.ID] != nil {
		return Wave{}, booking.Refuse(booking.CodeStale, "somebody was faster")
	}
	if err := st.write(p.Wave.ID, p.Leaf); err != nil {
		return Wave{}, err
	}
	st.waves[p.Wave.ID] = &staged{Wave: p.Wave, seats: p.Seats, files: Files{Policy: p.Policy}}
	st.order = append(st.order, p.Wave.ID)
	return p.Wave, nil
}

func (st *stage) Due(context.Context, int) (out []Due, err error) {
	for _, id := range st.order {
		switch w := st.waves[id]; {
		case w.State == StateAnnounced && !st.now.Before(w.Closes):
			out = append(out, Due{id, StepClose})
		case w.State == StateClosed:
			out = append(out, Due{id, StepStand})
		case w.State == StateStanding:
			out = append(out, Due{id, StepDraw})
		}
	}
	return out, nil
}

func (st *stage) Freeze(_ context.Context, id ID) (Frozen, error) {
	w := st.waves[id]
	if st.now.Before(w.Closes) {
		return Frozen{}, booking.Refuse(booking.CodeTooEarly, "not yet")
	}
	return Frozen{w.Wave, w.seats, w.entries}, nil
}

func (st *stage) Close(_ context.Context, id ID, f Files, leaf LeafFunc) error {
	w := st.waves[id]
	if w.State != StateAnnounced {
		return nil
	}
	f.Policy, w.files, w.State = w.files.Policy, f, StateClosed
	return st.write(id, leaf)
}

func (st *stage) Stand(_ context.Context, id ID, attempt int) error {
	if w := st.waves[id]; w.State == StateClosed && w.Attempt == attempt {
		w.State = StateStanding
	}
	return nil
}

func (st *stage) Void(_ context.Context, id ID, next int, round uint64, leaf LeafFunc) error {
	w := st.waves[id]
	if w.State != StateClosed || w.Attempt >= next {
		return nil
	}
	w.Attempt, w.Round = next, round
	return st.write(id, leaf)
}

func (st *stage) Note(_ context.Context, id ID, _ draw.LeafType, chain *draw.BeaconInfo, round uint64, leaf LeafFunc) error {
	if chain != nil {
		st.waves[id].Beacon, st.waves[id].Round = *chain, round
	}
	return st.write(id, leaf)
}

func (st *stage) Cancel(_ context.Context, id ID, _ string, leaf LeafFunc) error {
	w := st.waves[id]
	if w.State.over() {
		return nil
	}
	w.State = StateCancelled
	return st.write(id, leaf)
}

func (st *stage) Draw(_ context.Context, id ID, o Outcome) error {
	w := st.waves[id]
	if w.State != StateStanding || w.Attempt != o.Attempt {
		return nil
	}
	w.State, w.outcome, w.draws = StateDrawn, o, w.draws+1
	return st.write(id, o.Leaf)
}

func (st *stage) ExpireOffers(context.Context, time.Duration, int) (int, error) { return 0, nil }
func (st *stage) Finish(context.Context, int) (int, error)                      { return 0, nil }

func (st *stage) Wave(_ context.Context, id ID) (Wave, error) {
	if w := st.waves[id]; w != nil {
		return w.Wave, nil
	}
	return Wave{}, booking.Refuse(booking.CodeDrawAbsent, "no such draw")
}

func (st *stage) Waves(_ context.Context, f Filter) (out []Wave, err error) {
	for _, w := range st.waves {
		if (f.Before.IsZero() || w.Closes.Before(f.Before)) && (f.States == nil || slices.Contains(f.States, w.State)) {
			out = append(out, w.Wave)
		}
	}
	slices.SortFunc(out, func(a, b Wave) int { return b.Closes.Compare(a.Closes) })
	return out[:min(len(out), f.Limit)], nil
}

func (st *stage) Files(_ context.Context, id ID) (Files, error) { return st.waves[id].files, nil }

func (st *stage) File(_ context.Context, id ID, name string) ([]byte, error) {
	f := st.waves[id].files
	return f.all()[name], nil
}

func (st *stage) Leaves(_ context.Context, id ID) (out []Leaf, err error) {
	for _, l := range st.log {
		if l.id == id {
			out = append(out, l.Leaf)
		}
	}
	return out, nil
}

func (st *stage) Frozen(_ context.Context, id ID) (Frozen, error) {
	w := st.waves[id]
	return Frozen{w.Wave, w.seats, w.entries}, nil
}

// The others.

func (st *stage) Nullify(context.Context, string, []uuid.UUID) ([][32]byte, error) {
	return nil, nil
}

func (st *stage) NullifyPersons(context.Context, string, []uuid.UUID) ([][32]byte, error) {
	return nil, nil
}

func (st *stage) Attest(_ context.Context, s Statement) ([]byte, error) {
	st.attested = append(st.attested, s)
	return []byte("attested"), st.authority
}

func (st *stage) Chain() draw.BeaconInfo { return st.chain }

func (st *stage) Round(_ context.Context, chain draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error) {
	if st.silent || st.now.Before(roundTime(chain, round)) {
		return draw.Beacon{}, nil, ErrNotYet
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", chain.ID, round))
	b := draw.Beacon{ChainHash: chain.ChainHash, Round: round}
	copy(b.Signature[:], bytes.Repeat(sum[:], 2))
	return b, []byte(hex.EncodeToString(b.Signature[:])), nil
}

func (st *stage) Proof(_ context.Context, seq int64, k int) (Proof, error) {
	l := st.log[seq]
	dates := slices.DeleteFunc(st.cosign(seq, l.at), func(d time.Time) bool { return d.After(st.now) })
	if len(dates) < k {
		return Proof{Leaf: l.bytes}, nil
	}
	return Proof{Leaf: l.bytes, Proof: []byte("proof"), Cosigned: dates}, nil
}

func (st *stage) Policy() []byte { return []byte(`{"version":"chesna/policy/v1"}`) }
