package wave

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// played makes the main wave a drawn one with her entry among others, and answers its result.
func played(t testing.TB, h *hall, round uint64, others int) *draw.Result {
	t.Helper()
	w := hallWave()
	w.State, w.Guarantee = StateDrawn, draw.GuaranteeInfo{T: 4, Rho: "1.2500", GiveUp: "0.1000"}
	var f Files
	for _, win := range w.Windows {
		for i := range win.Seats {
			at := win.From.Add(time.Duration(i) * 20 * time.Minute)
			f.Manifest = fmt.Appendf(f.Manifest, "s%d-%02d %d %s 20 c1\n", win.Number, i, win.Number, at.Format("2006-01-02T15:04:05Z"))
		}
	}
	mine := Entry{Wave: mainID, Declarer: she, Rev: 1, State: EntryLive, NF: hashes("entry", string(mainID), []uuid.UUID{she})[0], W: 2, Windows: 7, Members: []Member{{Applicant: she}}, CountsLoss: true}
	lines := []string{mine.Line()}
	for i := range others {
		e := Entry{NF: sha256.Sum256([]byte{byte(i), byte(i >> 8)}), W: 1 + i%3, Windows: 15, Members: make([]Member, 1)}
		lines = append(lines, e.Line())
	}
	slices.Sort(lines)
	f.Entries = []byte(strings.Join(lines, "\n") + "\n")
	m, err := draw.ParseManifest(f.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	e, err := draw.ParseEntries(f.Entries)
	if err != nil {
		t.Fatal(err)
	}
	var b draw.Beacon
	binary.BigEndian.PutUint64(b.Signature[:], round)
	r, err := draw.Run(string(mainID), b, m, e)
	if err != nil {
		t.Fatal(err)
	}
	f.Result, f.Bindings, f.Persons, f.Authority, f.Policy, f.Beacon = r.Bytes(), []byte("b\n"), []byte("p\n"), []byte("a\n"), []byte("{}"), []byte("{}\n")
	h.waves[mainID], h.files[mainID], h.entries[EntryKey{mainID, she}] = w, f, mine
	h.standing[she] = Standing{Losses: 2}
	return r
}

func TestFilesArePublicInTheirTime(t *testing.T) {
	o, h := newHall(t, nil)
	played(t, h, 1, 30)
	announced := []string{FilePolicy}
	closed := []string{FileManifest, FileEntries, FileBindings, FilePersons, FileAuthority, FilePolicy}
	all := append(slices.Clone(closed), FileResult, FileBeacon)
	for state, want := range map[State][]string{
		StateAnnounced: announced, StateClosed: closed, StateStanding: closed, StateDrawn: all, StateFinished: all, StateCancelled: closed,
	} {
		w := h.waves[mainID]
		w.State = state
		h.waves[mainID] = w
		for _, name := range all {
			b, err := o.File(t.Context(), mainID, name)
			switch {
			case slices.Contains(want, name) && (err != nil || len(b) == 0):
				t.Errorf("%s of a wave %s: %v", name, state, err)
			case !slices.Contains(want, name) && (booking.CodeOf(err) != booking.CodeNotPublished || b != nil):
				t.Errorf("%s of a wave %s is out: %v", name, state, err)
			}
		}
		for _, name := range []string{"", "leaves", "../policy.json", "receipts/1"} {
			if _, err := o.File(t.Context(), mainID, name); booking.CodeOf(err) != booking.CodeDrawAbsent {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	nobody := Files{Manifest: []byte("x\n")} // a draw that nobody entered has empty files
	w := h.waves[mainID]
	w.State = StateClosed
	h.waves[mainID], h.files[mainID] = w, nobody
	if b, err := o.File(t.Context(), mainID, FileEntries); err != nil || len(b) != 0 {
		t.Error("no entries:", err)
	}
	if _, err := o.File(t.Context(), "x", FileEntries); booking.CodeOf(err) != booking.CodeDrawAbsent {
		t.Error(err)
	}
}

func TestBundle(t *testing.T) {
	o, h := newHall(t, nil)
	r := played(t, h, 1, 30)
	h.leaves = []Leaf{{5, draw.LeafAnnouncement}, {7, draw.LeafClose}, {8, draw.LeafVoid}, {12, draw.LeafResult}}
	for _, l := range h.leaves {
		h.proofs[l.Seq] = Proof{Leaf: fmt.Appendf(nil, "leaf %d", l.Seq), Proof: fmt.Appendf(nil, "proof %d", l.Seq), Stamp: []byte("stamp")}
	}
	got, err := o.Bundle(t.Context(), mainID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	want := "authority beacon.json bindings entries leaves/12.json leaves/12.proof leaves/12.tsr leaves/5.json leaves/5.proof leaves/5.tsr " +
		"leaves/7.json leaves/7.proof leaves/7.tsr leaves/8.json leaves/8.proof leaves/8.tsr manifest persons policy.json result"
	if strings.Join(names, " ") != want || !bytes.Equal(got["result"], r.Bytes()) || string(got["leaves/7.proof"]) != "proof 7" {
		t.Errorf("%s", names)
	}
	if fmt.Sprint(h.asked) != "map[5:2 7:2 8:2 12:2]" {
		t.Error("cosignatures asked for:", h.asked)
	}
	h.proofs[12] = Proof{Leaf: []byte("leaf")}
	if _, err := o.Bundle(t.Context(), mainID); booking.CodeOf(err) != booking.CodeNotPublished {
		t.Error("a result that is not covered:", err)
	}
	w := h.waves[mainID]
	w.State = StateStanding
	h.waves[mainID] = w
	if _, err := o.Bundle(t.Context(), mainID); booking.CodeOf(err) != booking.CodeNotPublished {
		t.Error("before the draw:", err)
	}
	w.State = StateDrawn
	h.waves[mainID] = w
	f := h.files[mainID]
	f.Authority = nil
	h.files[mainID] = f
	if _, err := o.Bundle(t.Context(), mainID); err == nil {
		t.Error("without the attestation")
	}
}

func TestCards(t *testing.T) {
	won, lost := false, false
	for round := uint64(1); !won || !lost; round++ {
		o, h := newHall(t, nil)
		r := played(t, h, round, 60)
		c, err := o.Card(t.Context(), her(), mainID)
		if err != nil {
			t.Fatal(err)
		}
		mine := h.entries[EntryKey{mainID, she}].NF
		place := slices.Index(r.Waiting, mine) + 1
		if c.Entries != 61 || c.Seats != 22 || c.Served != 22 || c.Place != place || c.Won != (place == 0) || c.Weight != 2 || c.Target != 4 {
			t.Fatalf("%+v, place %d", c, place)
		}
		if c.Won {
			won = true
			continue
		}
		if lost = true; c.WeightNext != 3 || c.Guaranteed || !c.Known || c.Chance <= 0.3 || c.Chance > caution ||
			!strings.Contains(c.Basis, "0,10") || !strings.Contains(c.BasisEN, "1.25 new entries") {
			t.Errorf("%+v", c)
		}
		again, _ := o.Card(t.Context(), her(), mainID)
		if again.Chance != c.Chance {
			t.Error("another chance the second time")
		}
		testStandbyCards(t, o, h, c)
	}
}

// A standby draw that carried the entry has its card too, judged by the main draw; and the next one is named.
func testStandbyCards(t *testing.T, o *Office, h *hall, main Card) {
	t.Helper()
	if main.Standby != nil {
		t.Error("a standby draw that there is not")
	}
	s := h.waves[mainID]
	s.ID, s.Kind, s.Parent, s.State, s.Closes = mainID+"-s1", KindStandby, mainID, StateAnnounced, s.Closes.Add(time.Hour)
	h.waves[s.ID] = s
	c, err := o.Card(t.Context(), her(), mainID)
	if err != nil || c.Standby == nil || c.Standby.ID != s.ID {
		t.Errorf("%+v %v", c.Standby, err)
	}
	if _, err := o.Card(t.Context(), her(), s.ID); booking.CodeOf(err) != booking.CodeNotPublished {
		t.Error(err)
	}
	s.State = StateDrawn
	h.waves[s.ID] = s
	f := h.files[mainID]
	line := h.entries[EntryKey{mainID, she}].Line()
	f.Entries = []byte(line + "\n")
	f.Result = []byte("--\n" + line[:64] + "\nclosed 0000000000000000\n")
	h.files[s.ID] = f
	c, err = o.Card(t.Context(), her(), s.ID)
	if err != nil || c.Place != 1 || c.Entries != 1 || c.Chance != main.Chance || !c.Known {
		t.Errorf("%+v %v", c, err)
	}
	s.Parent = ""
	h.waves[s.ID] = s
	if c, err = o.Card(t.Context(), her(), s.ID); err != nil || c.Known || c.Chance != 0 || c.Basis == "" || c.BasisEN == "" {
		t.Errorf("%+v %v", c, err)
	}
	stranger := her()
	stranger.Person = uuid.New()
	if _, err := o.Card(t.Context(), stranger, s.ID); booking.CodeOf(err) != booking.CodeEntryAbsent {
		t.Error(err)
	}
}

func TestFilesThatDoNotFitAreNoCard(t *testing.T) {
	nf := strings.Repeat("ab", 32)
	entries := []byte(nf + " 1 0 1 0000000000000001\n")
	for _, result := range []string{"", "--\nclosed 0000000000000001\n", "--\n" + strings.Repeat("cd", 32) + "\n", "--\nx\n", nf + " s\n--\n" + nf + "\n"} {
		if _, err := readPast(Files{Entries: entries, Result: []byte(result)}); err == nil {
			t.Errorf("accepted %q", result)
		}
	}
	if p, err := readPast(Files{Result: []byte("--\nclosed 0000000000000000\n")}); err != nil || p.served != 0 {
		t.Error("a draw without entries:", err)
	}
}

func TestTheShelfKeepsAFew(t *testing.T) {
	var s shelf
	for i := range 3 * shelved {
		s.put(ID(fmt.Sprint(i)), &past{seats: i})
	}
	if s.get("0") != nil || s.get(ID(fmt.Sprint(3*shelved-1))).seats != 3*shelved-1 || len(s.draws) != shelved {
		t.Error(s.order)
	}
}

func TestProspectAndLists(t *testing.T) {
	o, h := newHall(t, nil)
	h.standing[she] = Standing{Losses: 3}
	if st, err := o.Prospect(t.Context(), her(), "passport"); err != nil || st.Weight() != 4 {
		t.Error(st, err)
	}
	if _, err := o.Prospect(t.Context(), her(), "none"); booking.CodeOf(err) != booking.CodeUnknownService {
		t.Error(err)
	}
	if list, err := o.Draws(t.Context(), Filter{}); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	h.blocked[she] = booking.Refuse(booking.CodeLiveEntry, "")
	if err := o.Blocked(t.Context(), she, "passport"); booking.CodeOf(err) != booking.CodeLiveEntry {
		t.Error(err)
	}
	if _, err := NewOffice(OfficeDeps{}); err == nil {
		t.Error("an office of nothing")
	}
}
