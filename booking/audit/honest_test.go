package audit_test

import (
	"fmt"
	"sync"
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

// stamper is made once: it takes a while.
var stamper = sync.OnceValue(func() *audittest.Stamper {
	s, err := audittest.NewStamper()
	if err != nil {
		panic(err)
	}
	return s
})

// chain is shared so that rounds that several worlds need are signed once.
var chain = sync.OnceValue(func() *audittest.Chain { return audittest.NewChain("test", 1_000_003, false) })

func world(t testing.TB, o audittest.Options) *audittest.World {
	t.Helper()
	if o.Chain == nil {
		o.Chain = chain()
	}
	w, err := audittest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// faults lists what a report finds wrong.
func faults(r audit.Report) (out []string) {
	for _, c := range r.Checks {
		if c.State == audit.Failed || c.State == audit.NotIndependent {
			out = append(out, fmt.Sprintf("%s: %s", c.ID, c.Detail))
		}
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plain is one honest draw of nine entries.
func plain(t testing.TB, w *audittest.World) *audittest.Open {
	t.Helper()
	o, err := w.Announce(audittest.Spec{
		ID: "waw-passport-2026w50", Kind: "main", Consulate: "waw", Group: "passport", Pool: "draw", ISOWeek: "2026-W50",
		Seats: w.Seats("s", 5, 3), T: 3,
	})
	must(t, err)
	people := w.People(12)
	for i, p := range people {
		p.Losses = i % 9
	}
	o.Enter(people[:1], 7)
	o.Enter(people[1:2], 5)
	o.Enter(people[2:4], 7)
	for i := 4; i < 12; i++ {
		o.Enter(people[i:i+1], uint64(1+i%7))
	}
	return o
}

func finish(t testing.TB, o *audittest.Open) *audit.Bundle {
	t.Helper()
	must(t, o.Close(audittest.Closing{}))
	must(t, o.Draw())
	return o.Bundle()
}

func TestHonestDraw(t *testing.T) {
	w := world(t, audittest.Options{Stamper: stamper()})
	o := plain(t, w)
	b := finish(t, o)
	r := audit.Verify(b, audit.Options{Policy: &w.Policy})
	if r.Verdict() != audit.Holds {
		t.Errorf("%v: %q", r.Verdict(), faults(r))
	}
	for _, c := range r.Checks {
		t.Log(c)
	}
	if r := audit.Verify(b, audit.Options{}); r.Verdict() != audit.Dependent {
		t.Errorf("not pinned: %v: %q", r.Verdict(), faults(r))
	}
}
