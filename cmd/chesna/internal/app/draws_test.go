package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/audit"
	"chesna/booking/journal"
)

// TestDraws goes every way of a draw through the API of one demo whose draws take seconds, each with a post and people
// of its own; then its logs and all its draws together are checked from outside.
func TestDraws(t *testing.T) {
	t.Parallel()
	log := &notebook{}
	d := demo{data: dataFolder(t)}
	d.app = startDraws(t, d.data, log, quickDraws(), seams{})
	t.Run("ways", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, demo){
			"win": enterAndWin, "lose": loseAndStandBy, "family": familyOfThree, "move": moveAnAppointment,
			"leave": leaveAndElsewhere, "late": lateCancelPauses, "unsigned": unsignedOffer, "script": enterWithOpenSSL,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, d)
			})
		}
	})
	checkFromOutside(t, d)
	checkWholeLedger(t, d.app)
	requestsAreSealed(t, d.app)
	stopApp(t, d.app)
	namesNobody(t, "the log", log.String())
}

func enterAndWin(t *testing.T, d demo) {
	const service = "citizenship-origin"
	s := d.publish(t, "lub", "citizenship", 3, span{"mon", "14:00", "16:40"}, span{"tue", "14:00", "16:40"}, span{"wed", "14:00", "16:40"})
	olena := d.visitor(t, "olena")
	open := s.taking(s.draw)
	if open.Seats != 12 || !slices.Equal(open.numbers(), []int{1, 3, 5}) {
		t.Fatalf("the draw: %+v", open)
	}
	stranger(t, d.app.URL()).call("PUT", "/draws/"+s.draw+"/entry", map[string]any{"windows": []int{1}, "service": service}).want(401, "unauthenticated")
	first := olena.enter(s.draw, map[string]any{"windows": open.numbers(), "service": service})
	second := olena.enter(s.draw, map[string]any{"windows": []int{3}, "service": service, "cannot": true})
	e := olena.entry(s.draw)
	if e.Rev != 2 || e.State != "live" || !slices.Equal(e.Windows, []int{3}) || e.Receipt != second.text("receipt") || !strings.Contains(e.Receipt, e.Line) {
		t.Errorf("her entry: %+v", e)
	}
	var all struct{ Items []struct{ Draw string } }
	olena.call("GET", "/entries", nil).want(200, "").into(&all)
	if len(all.Items) != 1 || all.Items[0].Draw != s.draw {
		t.Errorf("her entries: %+v", all)
	}
	olena.holdAt(s.post, service).want(409, "live-entry")
	olena.call("GET", "/draws/"+s.draw+"/card", nil).want(404, "not-published")

	done := s.drawn(s.draw)
	if done.Entries != 1 || done.Served != 1 || done.Leftover != 11 {
		t.Errorf("drawn: %+v", done)
	}
	o := olena.won(s.draw)
	if len(o.Seats) != 1 || s.local(o.Seats[0].Start).Weekday() != time.Tuesday {
		t.Errorf("the offer: %+v", o.Seats)
	}
	olena.holdAt(s.post, service).want(409, "offer-open")
	stranger(t, d.app.URL()).call("POST", "/offers/"+o.ID+"/sign", map[string]any{"signature": olena.sign(o.Document, true)}).want(401, "unauthenticated")
	olena.call("POST", "/offers/"+o.ID+"/sign", map[string]any{"signature": olena.sign([]byte("something else"), true)}).want(422, "signature-rejected")
	signature := olena.sign(o.Document, true)
	booked := olena.takeBy(o, signature)
	if again := olena.takeBy(o, signature); again[0] != booked[0] {
		t.Errorf("the same signature: %+v, then %+v", booked, again)
	}
	olena.call("POST", "/offers/"+o.ID+"/sign", map[string]any{"signature": olena.sign(o.Document, true)}).want(410, "offer-ended")
	own := "/appointments/" + booked[0].ID
	if got := olena.call("GET", own, nil).want(200, ""); got.text("state") != "booked" || got.text("reference") != booked[0].Reference {
		t.Errorf("the appointment: %s", got.body)
	}
	if c := olena.call("GET", own+"/calendar.ics", nil).want(200, ""); !bytes.Contains(c.body, []byte("BEGIN:VEVENT")) {
		t.Errorf("calendar: %s", c.body)
	}
	olena.holdAt(s.post, service).want(409, "already-booked")
	s.bundleHolds(s.draw, first.text("receipt"), second.text("receipt"))
	recordIsProved(t, d, olena)
	s.opens(d.visitor(t, "viktor"), service)
}

// bundleHolds verifies a draw's public files with somebody's receipts, by the policy of this system: everything holds,
// but beacon and witness are the demo's own.
func (s stage) bundleHolds(id string, receipts ...string) {
	s.Helper()
	var packed answer
	until(s.T, "the bundle of "+id, func() bool {
		packed = stranger(s.T, s.d.app.URL()).call("GET", "/draws/"+id+"/bundle.zip", nil)
		return packed.status == 200
	})
	b, err := audit.ReadZip(id+".zip", bytes.NewReader(packed.body), int64(len(packed.body)))
	if err != nil {
		s.Fatal(err)
	}
	policy := s.d.app.parts.policy
	o := audit.Options{Policy: &policy}
	for i, r := range receipts {
		o.Receipts = append(o.Receipts, audit.File{Name: string(rune('a' + i)), Bytes: []byte(r)})
	}
	report := audit.Verify(b, o)
	if report.Verdict() != audit.Dependent || len(report.Lines) != len(receipts) {
		s.Errorf("%s: %s: %+v", id, report.Verdict(), report)
	}
	if n := len(receipts); n > 0 && !report.Lines[n-1].In {
		s.Errorf("%s: the last receipt: %+v", id, report.Lines[n-1])
	}
}

// recordIsProved recomputes the proof of every line of the visitor's record of bookings from the journal's checkpoint.
func recordIsProved(t *testing.T, d demo, v *visitor) {
	t.Helper()
	var record struct{ Items []struct{ ID, Type string } }
	v.call("GET", "/record", nil).want(200, "").into(&record)
	kinds := map[string]int{}
	for _, e := range record.Items {
		kinds[e.Type]++
		if strings.HasPrefix(e.Type, "person.") {
			continue
		}
		var p struct {
			Event, Blind, Leaf, Proof string
			Index                     int64
		}
		until(t, "the proof of "+e.Type, func() bool {
			p.Proof = ""
			v.call("GET", "/record/"+e.ID+"/proof", nil).want(200, "").into(&p)
			return p.Proof != ""
		})
		blind, err := hex.DecodeString(p.Blind)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(append([]byte(p.Event), blind...))
		if !strings.Contains(p.Leaf, hex.EncodeToString(sum[:])) || !strings.Contains(p.Event, e.Type) {
			t.Errorf("%s: the leaf %s is not of the event %s", e.Type, p.Leaf, p.Event)
		}
		proof, err := journal.ParseProof([]byte(p.Proof))
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := journal.OpenCheckpoint(proof.Checkpoint, d.app.parts.keys[journal.NameJournal].verifier)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(proof.Hashes, c.Size, c.Root, p.Index, tlog.RecordHash([]byte(p.Leaf))); err != nil || proof.Index != p.Index {
			t.Errorf("%s: %v", e.Type, err)
		}
	}
	for _, kind := range []string{"entry.made", "offer.made", "offer.ended"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s in her record: %v", kind, kinds)
		}
	}
}
