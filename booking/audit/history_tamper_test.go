package audit_test

import (
	"os"
	"path/filepath"
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
	"chesna/booking/draw"
)

// line is a run of small main draws of one group, in a world of its own.
type line struct {
	t     *testing.T
	w     *audittest.World
	draws []*audittest.Open
	skip  map[string]bool // draws whose bundle is not shown
}

func newLine(t *testing.T) *line {
	t.Helper()
	return &line{t: t, w: world(t, audittest.Options{Stamper: stamper()}), skip: map[string]bool{}}
}

// announce the next draw of the line, or one beside it.
func (l *line) announce(edit func(*audittest.Spec)) *audittest.Open {
	l.t.Helper()
	id := "waw-passport-" + string(rune('a'+len(l.draws)))
	s := audittest.Spec{
		ID: id, Kind: "main", Consulate: "waw", Group: "passport", Pool: "draw", ISOWeek: "2026-W50", Seats: l.w.Seats(id, 3, 3),
	}
	if n := len(l.draws); n > 0 {
		s.Predecessor = l.draws[n-1].Spec.ID
	}
	if edit != nil {
		edit(&s)
	}
	o, err := l.w.Announce(s)
	must(l.t, err)
	l.draws = append(l.draws, o)
	return o
}

// run finishes a draw with a few people.
func (l *line) run(o *audittest.Open, people []*audittest.Person) *audittest.Open {
	l.t.Helper()
	for _, p := range people {
		o.Enter([]*audittest.Person{p}, 7)
	}
	finish(l.t, o)
	return o
}

func (l *line) next(people []*audittest.Person) *audittest.Open {
	return l.run(l.announce(nil), people)
}

// judge audits the line's history; want is the check that must fail, "" for none.
func (l *line) judge(withLog bool, want string) {
	l.t.Helper()
	var all []*audit.Bundle
	for _, o := range l.draws {
		if !l.skip[o.Spec.ID] {
			all = append(all, o.Bundle())
		}
	}
	judgeDir(l.t, history(l.t, l.w, all, withLog), l.w, want)
}

func judgeDir(t *testing.T, dir string, w *audittest.World, want string) {
	t.Helper()
	if want == "" {
		honest(t, dir, w)
		return
	}
	r, err := audit.VerifyHistory(dir, audit.Options{Policy: &w.Policy})
	must(t, err)
	if r.Verdict() != audit.Broken {
		t.Errorf("verdict: %v", r.Verdict())
	}
	for _, c := range r.Checks {
		if c.ID == want && c.State != audit.Failed {
			t.Errorf("not caught: %v", r.Checks)
		}
	}
}

func TestHistoryLine(t *testing.T) {
	l := newLine(t)
	people := l.w.People(6)
	for range 4 {
		l.next(people).Settle()
	}
	l.judge(true, "")
	l.judge(false, "")
}

func TestExtraDraws(t *testing.T) {
	beside := func(l *line) *audittest.Open { // forks off after the first draw
		return l.announce(func(s *audittest.Spec) { s.Predecessor = l.draws[0].Spec.ID })
	}
	for class, c := range map[string]struct {
		play          func(l *line, people []*audittest.Person)
		with, without string // the check that fails with and without a copy of the log
	}{
		"an extra draw, shown": {func(l *line, p []*audittest.Person) { l.run(beside(l), p) }, audit.HistoryPredecessors, audit.HistoryPredecessors},
		"an extra draw without its bundle": {func(l *line, p []*audittest.Person) {
			l.skip[l.run(beside(l), p).Spec.ID] = true
			l.run(l.announce(func(s *audittest.Spec) { s.Predecessor = l.draws[1].Spec.ID }), p)
		}, audit.HistoryEveryDraw, audit.HistorySeq},
		"an extra draw that was announced and abandoned": {func(l *line, p []*audittest.Person) {
			l.skip[l.announce(nil).Spec.ID] = true
			l.run(l.announce(nil), p)
		}, audit.HistoryEveryDraw, audit.HistorySeq},
		"drawn twice: a second draw when the first did not please": {func(l *line, p []*audittest.Person) {
			l.skip[l.draws[1].Spec.ID] = true
			l.run(l.announce(func(s *audittest.Spec) { s.Predecessor, s.ID = l.draws[0].Spec.ID, "again" }), p)
		}, audit.HistoryEveryDraw, audit.HistorySeq},
		"cancelled after its close, without a bundle": {func(l *line, _ []*audittest.Person) {
			o := l.announce(nil)
			must(l.t, o.Close(audittest.Closing{}))
			must(l.t, o.Cancel())
			l.skip[o.Spec.ID] = true
			l.next(nil)
		}, audit.HistoryEveryDraw, audit.HistorySeq},
		"a second announcement, hidden": {func(l *line, p []*audittest.Person) {
			o := l.announce(nil)
			again := *o
			a := o.Announcement
			a.Head = o.Head(draw.LeafAnnouncement)
			must(l.t, again.Add(a))
			l.run(o, p)
		}, audit.HistoryOnce, audit.HistorySeq},
		"a second close, hidden": {func(l *line, p []*audittest.Person) {
			o := l.announce(nil)
			must(l.t, o.Close(audittest.Closing{}))
			again := *o
			c, err := o.CloseLeaf()
			must(l.t, err)
			must(l.t, again.Add(c))
			must(l.t, o.Draw())
		}, audit.HistoryOnce, audit.HistorySeq},
		"a void kept back, to choose between two rounds": {func(l *line, p []*audittest.Person) {
			o := l.announce(nil)
			for _, one := range p {
				o.Enter([]*audittest.Person{one}, 7)
			}
			must(l.t, o.Close(audittest.Closing{}))
			back := *o
			must(l.t, back.Void(0))
			must(l.t, o.DrawWith(o.Announcement.Round))
		}, audit.HistoryEveryDraw, audit.HistorySeq},
		"a number left out": {func(l *line, p []*audittest.Person) {
			o := l.announce(nil)
			head := o.Head(draw.LeafCancelled)
			head.Seq++
			must(l.t, o.Add(draw.Cancelled{Head: head}))
		}, audit.HistorySeq, audit.HistoryBundles},
	} {
		t.Run(class, func(t *testing.T) {
			l := newLine(t)
			people := l.w.People(5)
			l.next(people).Settle()
			l.next(people).Settle()
			c.play(l, people)
			l.w.Now = l.w.Now.AddDate(0, 0, 10)
			l.w.Checkpoint(3)
			l.judge(true, c.with)
			l.judge(false, c.without)
		})
	}
}

// TestOpenDrawsAreNoFault: what has not ended yet, or was cancelled before its close, needs no bundle.
func TestOpenDrawsAreNoFault(t *testing.T) {
	l := newLine(t)
	l.next(l.w.People(5))
	o := l.announce(nil)
	must(t, o.Cancel())
	l.skip[o.Spec.ID] = true
	l.skip[l.announce(nil).Spec.ID] = true
	l.w.Checkpoint(3)
	l.judge(true, "")
	l.w.Now = l.w.Now.AddDate(0, 0, 10)
	l.w.Checkpoint(3)
	l.judge(true, audit.HistoryEveryDraw)
}

func TestForksAreCaught(t *testing.T) {
	l := newLine(t)
	people := l.w.People(5)
	l.next(people)
	size := int64(len(l.w.Leaves))
	l.next(people)
	forged, err := l.w.Forge(l.draws[1].Bundle(), audittest.Forgery{Witnesses: 3, Files: reweigh})
	must(t, err)
	both := []*audit.Bundle{l.draws[0].Bundle(), l.draws[1].Bundle(), forged}
	forged.Name = "second-tree"
	t.Run("two checkpoints of one size", func(t *testing.T) {
		judgeDir(t, history(t, l.w, both, true), l.w, audit.HistoryOneTree)
		judgeDir(t, history(t, l.w, both, false), l.w, audit.HistoryOneTree)
	})
	t.Run("a bundle that is not in the log", func(t *testing.T) {
		judgeDir(t, history(t, l.w, []*audit.Bundle{both[0], forged}, true), l.w, audit.HistoryEveryDraw)
		judgeDir(t, history(t, l.w, []*audit.Bundle{both[0], forged}, true), l.w, audit.HistoryOneTree)
	})
	t.Run("another log than the bundles'", func(t *testing.T) {
		fork := l.w.Fork(size, 3)
		_, err := fork.Announce(l.draws[1].Spec)
		must(t, err)
		judgeDir(t, history(t, fork, both[:2], true), l.w, audit.HistoryEveryDraw)
	})
	t.Run("one draw under two names", func(t *testing.T) {
		again := audittest.Clone(both[1])
		again.Name = "again"
		judgeDir(t, history(t, l.w, []*audit.Bundle{both[0], both[1], again}, true), l.w, audit.HistoryOnce)
	})
	t.Run("a log copy with another leaf", func(t *testing.T) {
		dir := history(t, l.w, both[:2], true)
		saved := l.w.Leaves[0]
		l.w.Leaves[0] = reseed(append([]byte(nil), l.w.Leaves[5]...))
		must(t, l.w.WriteLog(filepath.Join(dir, "log")))
		l.w.Leaves[0] = saved
		judgeDir(t, dir, l.w, audit.HistoryLog)
	})
	t.Run("a log copy that too few witnesses cosigned", func(t *testing.T) {
		l.w.Checkpoint(1)
		judgeDir(t, history(t, l.w, both[:2], true), l.w, audit.HistoryLog)
	})
}

func TestSeatsInTwoDraws(t *testing.T) {
	for class, c := range map[string]struct {
		people int // in the first draw
		second func(l *line, s *audittest.Spec)
		early  bool // the second is announced before the first ends
		want   string
	}{
		"left over, in another main draw":  {0, func(*line, *audittest.Spec) {}, false, ""},
		"given, in another main draw":      {9, func(*line, *audittest.Spec) {}, false, audit.HistorySeats},
		"given, and back in a standby one": {9, func(l *line, s *audittest.Spec) { s.Kind, s.Parent, s.Predecessor = "standby", l.draws[0].Spec.ID, "" }, false, ""},
		"in two at a time":                 {0, func(*line, *audittest.Spec) {}, true, audit.HistorySeats},
	} {
		t.Run(class, func(t *testing.T) {
			l := newLine(t)
			first := l.announce(nil)
			seats := func(s *audittest.Spec) { s.Seats = first.Spec.Seats; c.second(l, s) }
			if c.early {
				second := l.announce(seats)
				l.run(first, l.w.People(c.people))
				l.run(second, nil)
			} else {
				l.run(first, l.w.People(c.people))
				l.run(l.announce(seats), nil)
			}
			l.judge(true, c.want)
			l.judge(false, c.want)
		})
	}
}

func TestWeightOutOfNothing(t *testing.T) {
	for class, play := range map[string]func(l *line, losers []*audittest.Person){
		"in the first draw": func(l *line, _ []*audittest.Person) {
			friend := l.w.People(1)
			friend[0].Losses = 4
			l.next(friend)
		},
		"one more than lost": func(l *line, losers []*audittest.Person) {
			friend := l.w.People(1)
			friend[0].Losses = 1
			l.next(append(losers, friend[0]))
		},
		"two steps at once": func(l *line, losers []*audittest.Person) {
			losers[0].Losses++
			l.next(losers)
		},
		"before the loss was known": func(l *line, losers []*audittest.Person) {
			a, b := l.announce(nil), l.announce(nil)
			for i, p := range l.w.People(9) {
				p.Losses = 0
				a.Enter([]*audittest.Person{p}, 7)
				p.Losses = 1
				if i < 7 {
					b.Enter([]*audittest.Person{p}, 7)
				}
			}
			must(l.t, a.Close(audittest.Closing{}))
			must(l.t, b.Close(audittest.Closing{}))
			must(l.t, a.Draw())
			must(l.t, b.Draw())
		},
	} {
		t.Run(class, func(t *testing.T) {
			l := newLine(t)
			people := l.w.People(9) // for three seats
			l.next(people).Settle()
			var losers []*audittest.Person
			for _, p := range people {
				if p.Losses > 0 {
					losers = append(losers, p)
				}
			}
			play(l, losers)
			l.judge(true, audit.HistoryWeights)
			l.judge(false, audit.HistoryWeights)
		})
	}
}

func TestCarriedRows(t *testing.T) {
	for class, c := range map[string]struct {
		edit func(e *audittest.Entry)
		won  bool // the winners are carried too
		want string
	}{
		"as they waited": {func(*audittest.Entry) {}, false, ""},
		"re-weighted":    {func(e *audittest.Entry) { e.Weight = 8 }, false, audit.HistoryCarried},
		"with guarantee": {func(e *audittest.Entry) { e.Ensured = true }, false, audit.HistoryCarried},
		"after they won": {func(*audittest.Entry) {}, true, audit.HistoryCarried},
	} {
		t.Run(class, func(t *testing.T) {
			l := newLine(t)
			first := l.next(l.w.People(9))
			second := l.announce(func(s *audittest.Spec) {
				s.Kind, s.Parent, s.Predecessor, s.Seats = "standby", first.Spec.ID, "", first.Spec.Seats
			})
			second.Carry(first)
			if c.won {
				second.Entries = append([]audittest.Entry(nil), first.Entries...)
			}
			c.edit(&second.Entries[0])
			finish(t, second)
			l.judge(true, c.want)
		})
	}
}

// TestHistoryOfForeignFiles: what is in the folder beside bundles, and bundles that cannot be read, end the audit.
func TestHistoryOfForeignFiles(t *testing.T) {
	l := newLine(t)
	l.next(nil)
	for class, spoil := range map[string]func(dir string) error{
		"a text file":        func(dir string) error { return os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600) },
		"a broken zip":       func(dir string) error { return os.WriteFile(filepath.Join(dir, "x.zip"), []byte("PK"), 0o600) },
		"an empty folder":    func(dir string) error { return os.Mkdir(filepath.Join(dir, "empty"), 0o750) },
		"a log without tile": func(dir string) error { return os.RemoveAll(filepath.Join(dir, "log", "tile")) },
		"a cut tile": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "log", "tile", "entries", "000"), []byte{0, 9, 1}, 0o600)
		},
	} {
		t.Run(class, func(t *testing.T) {
			dir := history(t, l.w, []*audit.Bundle{l.draws[0].Bundle()}, true)
			must(t, spoil(dir))
			if _, err := audit.VerifyHistory(dir, audit.Options{}); !audit.IsForm(err) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestNewcomersInStandby may enter with their weight, but without a guarantee.
func TestNewcomersInStandby(t *testing.T) {
	for _, target := range []int{0, 3} {
		l := newLine(t)
		first := l.next(l.w.People(9))
		second := l.announce(func(s *audittest.Spec) {
			s.Kind, s.Parent, s.Predecessor, s.Seats, s.T = "standby", first.Spec.ID, "", first.Spec.Seats, target
		})
		second.Carry(first)
		friend := l.w.People(1)
		friend[0].Losses = 5
		second.Enter(friend, 7)
		finish(t, second)
		l.judge(true, map[int]string{3: audit.HistoryCarried}[target])
	}
}
