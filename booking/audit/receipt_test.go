package audit_test

import (
	"fmt"
	"strings"
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

func TestReceipts(t *testing.T) {
	w := world(t, audittest.Options{})
	o := plain(t, w)
	honest := finish(t, o)
	stranger := world(t, audittest.Options{Seed: 5})
	other := plain(t, stranger)
	changed := o.Entries[2]
	changed.Windows ^= 1 << 9
	missing := o.Entries[0]
	missing.NF = [32]byte{1}
	rebound := o.Entries[1]
	rebound.C = [32]byte{1}
	receipt := func(content []byte) audit.File { return audit.File{Name: "mine", Bytes: content} }
	for class, c := range map[string]struct {
		files []audit.File
		state audit.State
		says  string
	}{
		"in":                        {[]audit.File{receipt(o.Entries[3].Receipt)}, audit.OK, "your line is in"},
		"replaced by a newer one":   {[]audit.File{receipt(o.Receipt(changed, 0)), receipt(o.Entries[2].Receipt)}, audit.OK, "replaced by revision 1"},
		"older than a change":       {[]audit.File{receipt(o.Receipt(changed, 1))}, audit.Failed, "another line stands in your place"},
		"a changed binding":         {[]audit.File{receipt(o.Receipt(rebound, 2))}, audit.Failed, "another line stands in your place"},
		"missing":                   {[]audit.File{receipt(o.Receipt(missing, 1))}, audit.Failed, "missing"},
		"of a stranger":             {[]audit.File{receipt(other.Entries[0].Receipt)}, audit.Failed, "not signed by the operator"},
		"garbage":                   {[]audit.File{receipt([]byte("garbage"))}, audit.Failed, "not signed by the operator"},
		"the newer one is the lost": {[]audit.File{receipt(o.Entries[2].Receipt), receipt(o.Receipt(changed, 2))}, audit.Failed, "another line stands"},
	} {
		t.Run(class, func(t *testing.T) {
			r := audit.Verify(honest, audit.Options{Policy: &w.Policy, Receipts: c.files})
			if r.State(audit.Receipts) != c.state || !strings.Contains(fmt.Sprint(r.Checks, r.Lines), c.says) {
				t.Errorf("%s: %v %+v", r.State(audit.Receipts), faults(r), r.Lines)
			}
		})
	}
	t.Run("every line has its place", func(t *testing.T) {
		var all []audit.File
		for _, e := range o.Entries {
			all = append(all, receipt(e.Receipt))
		}
		r := audit.Verify(honest, audit.Options{Policy: &w.Policy, Receipts: all})
		places, won := map[int]bool{}, 0
		for i, l := range r.Lines {
			places[l.Place] = true
			if l.Seats != "" {
				won++
			}
			if key := fmt.Sprintf("%x", o.Drawn.Keys[l.Place-1]); key != l.Key || !l.In {
				t.Errorf("line %d: %+v", i, l)
			}
		}
		if len(places) != len(o.Entries) || won != len(o.Drawn.Served) {
			t.Errorf("%d places, %d won", len(places), won)
		}
	})
}

// TestReceiptsInStandby: the receipt of the draw before shows its holder's line in the standby draw too.
func TestReceiptsInStandby(t *testing.T) {
	l := newLine(t)
	people := l.w.People(9)
	for _, p := range people {
		p.Losses = 4
	}
	first := l.announce(func(s *audittest.Spec) { s.T = 2 })
	l.run(first, people)
	second := l.announce(func(s *audittest.Spec) {
		s.Kind, s.Parent, s.Predecessor, s.Seats = "standby", first.Spec.ID, "", first.Spec.Seats
	})
	second.Carry(first)
	b := finish(t, second)
	in := 0
	for _, e := range first.Entries {
		r := audit.Verify(b, audit.Options{Policy: &l.w.Policy, Receipts: []audit.File{{Name: "mine", Bytes: e.Receipt}}})
		if r.State(audit.Receipts) != audit.OK {
			t.Errorf("%v", faults(r))
		}
		if r.Lines[0].In {
			in++
		}
	}
	if in != len(second.Entries) || in == 0 {
		t.Errorf("%d of %d found", in, len(second.Entries))
	}
}
