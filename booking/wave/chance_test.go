package wave

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chesna/booking/draw"
)

// season plays draws after draws with the real drawing of the field, and counts what becomes of one person.
type season struct {
	windows  []int // seats of each window; the number is the index
	waiting  []draw.Entry
	newcomer func(*rand.Rand) draw.Entry
	arrivals float64 // newcomers a draw
	giveUp   float64
	target   int
}

func (s season) manifest() []byte {
	var out []byte
	start := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	for w, seats := range s.windows {
		for i := range seats {
			at := start.Add(time.Duration(w)*12*time.Hour + time.Duration(i)*time.Minute)
			out = fmt.Appendf(out, "w%d-%d %d %s 1 c1\n", w, i, w, at.Format("2006-01-02T15:04:05Z"))
		}
	}
	return out
}

// drawOnce is one draw with a random seed.
func drawOnce(t testing.TB, r *rand.Rand, manifest []byte, rows []draw.Entry) *draw.Result {
	t.Helper()
	slices.SortFunc(rows, func(a, b draw.Entry) int { return slices.Compare(a.NF[:], b.NF[:]) })
	var file []byte
	for _, e := range rows {
		file = fmt.Appendf(file, "%x %d %d %d %016x\n", e.NF, e.Weight, flag(e.Ensured), e.Size, e.Windows)
	}
	m, err := draw.ParseManifest(manifest)
	if err != nil {
		t.Fatal(err)
	}
	e, err := draw.ParseEntries(file)
	if err != nil {
		t.Fatal(err)
	}
	var b draw.Beacon
	binary.BigEndian.PutUint64(b.Signature[:], r.Uint64())
	out, err := draw.Run("simulated", b, m, e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func someNF(r *rand.Rand) (nf [32]byte) {
	binary.BigEndian.PutUint64(nf[:], r.Uint64())
	binary.BigEndian.PutUint64(nf[8:], r.Uint64())
	return nf
}

// served tells in how many of the trials the person gets seats within three draws.
func (s season) served(t testing.TB, r *rand.Rand, me draw.Entry, grows bool, trials int) float64 {
	manifest, won := s.manifest(), 0
	for range trials {
		me := me
		waiting := slices.Clone(s.waiting)
		for range chanceDraws {
			rows := []draw.Entry{me}
			for _, e := range waiting {
				if r.Float64() >= s.giveUp {
					e.Weight = min(MaxWeight, e.Weight+1)
					e.Ensured = e.Ensured || s.target > 0 && e.Weight-1 >= s.target
					rows = append(rows, e)
				}
			}
			n := int(s.arrivals)
			if r.Float64() < s.arrivals-float64(n) {
				n++
			}
			for range n {
				e := s.newcomer(r)
				e.NF, e.Weight = someNF(r), 1
				rows = append(rows, e)
			}
			result := drawOnce(t, r, manifest, rows)
			lost := map[[32]byte]bool{}
			for _, nf := range result.Waiting {
				lost[nf] = true
			}
			if !lost[me.NF] {
				won++
				break
			}
			waiting = slices.DeleteFunc(rows, func(e draw.Entry) bool { return !lost[e.NF] || e.NF == me.NF })
			if grows {
				me.Weight = min(MaxWeight, me.Weight+1)
				me.Ensured = me.Ensured || s.target > 0 && me.Weight-1 >= s.target
			}
		}
	}
	return float64(won) / float64(trials)
}

// card computes the chance of a person who waits after a first draw of the season, as a card does.
func (s season) first(t testing.TB, r *rand.Rand, rows []draw.Entry) (Wave, *past) {
	t.Helper()
	manifest := s.manifest()
	result := drawOnce(t, r, manifest, rows)
	var entries []byte
	for _, e := range rows {
		entries = fmt.Appendf(entries, "%x %d %d %d %016x\n", e.NF, e.Weight, flag(e.Ensured), e.Size, e.Windows)
	}
	p, err := readPast(Files{Manifest: manifest, Entries: entries, Result: result.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	w := Wave{Kind: KindMain, Guarantee: draw.GuaranteeInfo{
		T: s.target, GiveUp: fmt.Sprintf("%.4f", s.giveUp), Rho: fmt.Sprintf("%.4f", s.arrivals/float64(p.seats)),
	}}
	for n, seats := range s.windows {
		w.Seats += seats
		if seats > 0 {
			w.Windows = append(w.Windows, Window{Number: n, LastHalf: n, Seats: seats})
		}
	}
	return w, p
}

type world struct {
	name             string
	windows          []int
	people           int
	arrivals, giveUp float64
	target           int
	families         bool
	choosy           bool // people accept some windows only
	tight            float64
}

var worlds = []world{
	{"all accept all", []int{10, 10, 10}, 120, 36, 0.1, 0, false, false, 0.87},
	{"few seats", []int{2}, 30, 3, 0.1, 0, false, false, 0.87},
	{"one seat", []int{1}, 8, 2, 0, 0, false, false, 0.85},
	{"many seats", []int{30, 30, 30}, 250, 105, 0.1, 0, false, false, 0.87},
	{"choosy", []int{8, 8, 8, 8}, 150, 40, 0.1, 0, false, true, 0},
	{"families", []int{12, 12}, 100, 30, 0.1, 0, true, false, 0},
	{"choosy families with a target", []int{12, 4, 12}, 100, 30, 0.1, 4, true, true, 0},
	{"nearly enough", []int{10, 10}, 24, 18, 0.2, 0, false, true, 0},
}

// The chance on a card is never above what the real draw gives, and near it where its bound is exact.
func TestTheChanceIsFromBelow(t *testing.T) {
	const trials = 300
	for _, c := range worlds {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			all := uint64(1)<<len(c.windows) - 1
			s := season{windows: c.windows, arrivals: c.arrivals, giveUp: c.giveUp, target: c.target}
			s.newcomer = func(r *rand.Rand) draw.Entry {
				e := draw.Entry{Size: 1, Windows: all}
				if c.choosy {
					e.Windows = 1 + r.Uint64N(all)
				}
				if c.families && r.IntN(4) == 0 {
					e.Size = 2 + r.IntN(3)
				}
				return e
			}
			rows := make([]draw.Entry, c.people)
			for i := range rows {
				rows[i] = s.newcomer(r)
				rows[i].NF, rows[i].Weight = someNF(r), 1+r.IntN(4)
			}
			w, p := s.first(t, r, rows)
			tried := 0
			for i, e := range p.entries.Rows {
				if p.place[i] != 0 {
					s.waiting = append(s.waiting, e)
				}
			}
			for i, e := range p.entries.Rows {
				if p.place[i] == 0 || tried == 3 {
					continue
				}
				tried++
				own := traits{weight: min(MaxWeight, e.Weight+1), size: e.Size, windows: e.Windows, grows: true}
				own.guaranteed = c.target > 0 && own.weight-1 >= c.target
				v := view(w, p, own, i)
				got := v.chance(own, chanceDraws)
				me := e
				me.Weight, me.Ensured = own.weight, own.guaranteed
				others := s
				others.waiting = slices.DeleteFunc(slices.Clone(s.waiting), func(o draw.Entry) bool { return o.NF == e.NF })
				want := others.served(t, r, me, true, trials)
				sigma := math.Sqrt(want*(1-want)/float64(trials)) + 1/float64(trials)
				t.Logf("w=%d size=%d windows=%x: card %.3f, simulated %.3f ± %.3f", own.weight, own.size, own.windows, got, want, sigma)
				if got < 0 || got > 1 || got > want+3*sigma {
					t.Errorf("the card promises %.3f, the draw gives %.3f", got, want)
				}
				if got < c.tight*(want-3*sigma) {
					t.Errorf("the card says %.3f, the draw gives %.3f: too low", got, want)
				}
			}
		})
	}
}

// Thousands look at their cards in the minutes after a draw: one takes some milliseconds, the draw is read once.
func BenchmarkChance(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	s := season{windows: []int{60, 60, 60, 60, 60, 60, 60, 60, 60, 60}, arrivals: 900, giveUp: 0.1, target: 5}
	rows := make([]draw.Entry, 50_000)
	for i := range rows {
		rows[i] = draw.Entry{NF: someNF(r), Weight: 1 + r.IntN(8), Size: 1 + r.IntN(2)*r.IntN(2)*r.IntN(4), Windows: 1 + r.Uint64N(1<<10-1)}
	}
	w, p := s.first(b, r, rows)
	for _, own := range []traits{{weight: 2, size: 1, windows: 1<<10 - 1, grows: true}, {weight: 2, size: 1, windows: 1, grows: true}, {weight: 2, size: 3, windows: 7, grows: true}} {
		b.Run(fmt.Sprintf("size %d windows %x", own.size, own.windows), func(b *testing.B) {
			for b.Loop() {
				view(w, p, own, -1).chance(own, chanceDraws)
			}
		})
	}
}
