package audit_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
	"chesna/booking/draw"
	"chesna/booking/journal"
)

func TestIndependence(t *testing.T) {
	good := audittest.Options{Stamper: stamper(), Chain: chain()}
	with := func(edit func(*audittest.Options)) audittest.Options { o := good; edit(&o); return o }
	for class, c := range map[string]struct {
		world  audittest.Options
		fast   bool
		policy func(*journal.Policy)
		loose  bool // nothing is pinned
		says   string
	}{
		"independent":              {world: good},
		"one witness of a court":   {world: with(func(o *audittest.Options) { o.Witnesses = 1 })},
		"one witness of its own":   {world: with(func(o *audittest.Options) { o.Witnesses, o.Self = 1, true }), says: "every witness is run by the operator"},
		"all witnesses of its own": {world: with(func(o *audittest.Options) { o.Self = true }), says: "every witness is run by the operator"},
		"most of its own": {world: good, policy: func(p *journal.Policy) {
			p.Witnesses[0].Operator, p.Witnesses[1].Operator = journal.SelfOperated, journal.SelfOperated
		}, says: "enough witnesses"},
		"a minority of its own": {world: good, policy: func(p *journal.Policy) { p.Witnesses[0].Operator = journal.SelfOperated }},
		"development beacon":    {world: with(func(o *audittest.Options) { o.Chain = audittest.NewChain("dev", 7, true) }), says: "one for development"},
		"development policy":    {world: good, policy: func(p *journal.Policy) { p.Development = true }, says: "policy is one for development"},
		"no time stamps":        {world: with(func(o *audittest.Options) { o.Stamper = nil }), says: "no time stamp authority"},
		"delays of seconds":     {world: good, fast: true, says: "delays"},
		"nothing pinned":        {world: good, loose: true, says: "no policy was pinned"},
	} {
		t.Run(class, func(t *testing.T) {
			w := world(t, c.world)
			if c.policy != nil {
				c.policy(&w.Policy)
			}
			o, err := w.Announce(audittest.Spec{
				ID: "x", Kind: "main", Consulate: "waw", Group: "passport", Pool: "draw", ISOWeek: "2026-W50", Seats: w.Seats("s", 3, 2), Fast: c.fast,
			})
			must(t, err)
			o.Gather(w.People(6), 1)
			options := audit.Options{Policy: &w.Policy}
			if c.loose {
				options.Policy = nil
			}
			r := audit.Verify(finish(t, o), options)
			want := audit.Dependent
			if c.says == "" {
				want = audit.Holds
			}
			if r.Verdict() != want || !strings.Contains(strings.Join(faults(r), ""), c.says) {
				t.Errorf("%v: %q", r.Verdict(), faults(r))
			}
		})
	}
}

// TestRealBeacon draws with round 1000 of drand's quicknet, and refuses the two signatures that differ from the real one
// by a point outside the subgroup, which pass the pairing equation.
func TestRealBeacon(t *testing.T) {
	for class, c := range map[string]struct {
		signature string
		state     audit.State
	}{
		"the real one":      {"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39", audit.OK},
		"with torsion":      {"94385d48ab9d338824a523ff7d310fbeeac0184598d56b49f27857bcd3ef91f6ead1c7ef99c9beee47784ebba5c635de", audit.Failed},
		"with more torsion": {"a1fe701a794a0a47bb8ed1e3dd87014d6867a88a3c851c0e87db8c9826a974511eabf06178c8903116179c59533325d2", audit.Failed},
		"of round 123":      {"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92", audit.Failed},
	} {
		t.Run(class, func(t *testing.T) {
			raw, err := hex.DecodeString(c.signature)
			must(t, err)
			quicknet := audittest.Quicknet(map[uint64][48]byte{1000: [48]byte(raw)})
			w := world(t, audittest.Options{Chain: quicknet})
			w.Now = quicknet.TimeOf(1000).Add(-72*time.Hour - 10*time.Minute - 10*time.Minute - time.Second)
			o := plain(t, w)
			if o.Announcement.Round != 1000 {
				t.Fatalf("round %d", o.Announcement.Round)
			}
			r := audit.Verify(finish(t, o), audit.Options{Policy: &w.Policy})
			if r.State(audit.Beacon) != c.state {
				t.Errorf("%v", r.Checks)
			}
			if c.state == audit.OK && r.Verdict() != audit.Dependent { // for the lack of time stamps alone
				t.Errorf("%v: %q", r.Verdict(), faults(r))
			}
		})
	}
}

// TestNewChain: after seven days of silence the log names another chain, whose round lies a day ahead.
func TestNewChain(t *testing.T) {
	for class, c := range map[string]struct {
		after, ahead time.Duration
		want         string
	}{
		"by the rule":           {7*24*time.Hour + time.Minute, 25 * time.Hour, ""},
		"too soon":              {6 * 24 * time.Hour, 25 * time.Hour, audit.Timing},
		"a round that is known": {7*24*time.Hour + time.Minute, time.Hour, audit.Timing},
	} {
		t.Run(class, func(t *testing.T) {
			w := world(t, audittest.Options{})
			second := audittest.NewChain("second", 77, false)
			w.Policy.Beacons = append(w.Policy.Beacons, audittest.PolicyBeacon(second.Info()))
			o := plain(t, w)
			must(t, o.Close(audittest.Closing{}))
			due := w.Chain.TimeOf(o.Announcement.Round)
			w.Now = due.Add(24 * time.Hour)
			must(t, o.Add(draw.Delayed{Head: o.Head(draw.LeafDelayed), Round: o.Announcement.Round}))
			w.Now = due.Add(c.after)
			round := draw.AttemptRound(w.Now.Add(c.ahead), draw.Delays{}, second.Info(), 0)
			must(t, o.Add(draw.NewChain{Head: o.Head(draw.LeafNewChain), Round: round, Beacon: second.Info()}))
			w.Chain = second
			must(t, o.DrawWith(round))
			r := audit.Verify(o.Bundle(), audit.Options{Policy: &w.Policy})
			if c.want == "" && r.Verdict() != audit.Dependent || c.want != "" && r.State(c.want) != audit.Failed {
				t.Errorf("%v: %q", r.Verdict(), faults(r))
			}
		})
	}
}
