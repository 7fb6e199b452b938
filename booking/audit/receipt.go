package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/draw"
)

// Line is what a receipt's holder wants to know: is my line in, which is my key, my place, and why.
type Line struct {
	Receipt string `json:"receipt"` // the file's name
	In      bool   `json:"in"`      // the line and its binding are in the files
	Key     string `json:"key,omitempty"`
	Place   int    `json:"place,omitempty"` // in the order of keys, from 1
	Of      int    `json:"of,omitempty"`
	Seats   string `json:"seats,omitempty"` // those that were won
	Text    string `json:"text"`
	excused bool   // it need not be in
}

// receipt is a receipt that the operator signed.
type receipt struct {
	name   string
	drawID string
	rev    int
	at     time.Time
	line   string // "-": she left
	c      commitment
}

const (
	receiptHeader = "chesna/receipt/v1"
	left          = "-"
)

// openReceipt verifies a receipt and reads it.
func openReceipt(f File, operator note.Verifier) (receipt, error) {
	r := receipt{name: f.Name}
	if len(f.Bytes) > maxSmall {
		return r, fmt.Errorf("too long")
	}
	n, err := note.Open(f.Bytes, note.VerifierList(operator))
	if err != nil {
		return r, fmt.Errorf("not signed by the operator of the policy")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 7 || lines[0] != receiptHeader || lines[6] != "" {
		return r, fmt.Errorf("not a receipt: six lines, the first %s", receiptHeader)
	}
	r.drawID, r.line = lines[1], lines[4]
	rev, err := strconv.Atoi(lines[2])
	if err != nil || rev < 0 || strconv.Itoa(rev) != lines[2] {
		return r, fmt.Errorf("its revision is not a number")
	}
	if r.at, err = time.Parse("2006-01-02T15:04:05Z", lines[3]); err != nil {
		return r, fmt.Errorf("its time is not a time")
	}
	if !lowerHex(r.c[:], []byte(lines[5])) {
		return r, fmt.Errorf("its commitment is not 64 hex digits")
	}
	if r.line != left {
		if _, err := draw.ParseEntries([]byte(r.line + "\n")); err != nil {
			return r, fmt.Errorf("its line is not one of entries")
		}
	}
	r.rev = rev
	return r, nil
}

// nf of a receipt with a line, as hex.
func (r receipt) nf() string { return r.line[:64] }

// receipts looks for each receipt's line. Of several for one entry, only that of the highest revision binds.
func (a *auditor) receipts() answer {
	files := append(slices.Clone(a.b.Receipts), a.options.Receipts...)
	if len(files) == 0 {
		return skips("no receipt was given")
	}
	operator, err := a.policy.OperatorVerifier()
	if err != nil {
		return fails("the policy's key of receipts cannot be read")
	}
	var faults []string
	var all []receipt
	newest := map[string]int{}
	for _, f := range files {
		r, err := openReceipt(f, operator)
		switch {
		case err != nil:
			faults = append(faults, f.Name+": "+err.Error())
		case !a.about(r):
			faults = append(faults, f.Name+": it is for another draw")
		case r.line == left:
			all = append(all, r)
		default:
			all = append(all, r)
			newest[r.nf()] = max(newest[r.nf()], r.rev)
		}
	}
	for _, r := range all {
		l := a.look(r, newest)
		a.lines = append(a.lines, l)
		if !l.In && !l.excused && r.line != left && r.rev == newest[r.nf()] {
			faults = append(faults, r.name+": "+l.Text)
		}
	}
	return judge(faults, fmt.Sprintf("%d receipts, each in its place", len(all)))
}

// about tells whether a receipt is of this draw, or of the draw that this one is the standby of: who waits there stands
// here with the same name and binding.
func (a *auditor) about(r receipt) bool {
	an := a.story.announcement
	return an != nil && (r.drawID == an.leaf.DrawID || r.drawID == an.leaf.Parent)
}

// look finds a receipt's line in the files and tells what became of it.
func (a *auditor) look(r receipt, newest map[string]int) Line {
	l := Line{Receipt: r.name}
	if r.line == left {
		l.Text = fmt.Sprintf("with revision %d you left this draw", r.rev)
		return l
	}
	if r.rev < newest[r.nf()] {
		l.Text = fmt.Sprintf("revision %d was replaced by revision %d", r.rev, newest[r.nf()])
		return l
	}
	want, err := draw.ParseEntries([]byte(r.line + "\n"))
	if err != nil {
		l.Text = "its line is not one of entries"
		return l
	}
	i, ok := a.find(want.Rows[0].NF)
	if r.drawID != a.story.announcement.leaf.DrawID {
		if !ok {
			l.excused = true
			l.Text = "your line of the draw before is not in this standby draw: you were served, accept none of the windows that came back, or left"
			return l
		}
		r.line = withoutGuarantee(r.line)
	}
	switch {
	case !ok:
		l.Text = fmt.Sprintf("your line of revision %d is missing. Only a request to leave with a higher revision, signed by you, excuses that; without one it is a proven omission", r.rev)
		return l
	case a.entryLine(i) != r.line || i >= len(a.bindings) || a.bindings[i] != r.c:
		l.Text = fmt.Sprintf("another line stands in your place: your receipt (revision %d) is older than a change of yours, or the line was changed. Only a request with a higher revision, signed by you, excuses that", r.rev)
		return l
	}
	l.In = true
	a.tell(&l, i)
	return l
}

// withoutGuarantee is a line as it stands in a standby draw, where g is 0.
func withoutGuarantee(line string) string {
	f := strings.Split(line, " ")
	f[2] = "0"
	return strings.Join(f, " ")
}

// entryLine is line i of the entries as text.
func (a *auditor) entryLine(i int) string {
	e := a.entries.Rows[i]
	g := 0
	if e.Ensured {
		g = 1
	}
	return fmt.Sprintf("%x %d %d %d %016x", e.NF, e.Weight, g, e.Size, e.Windows)
}

// tell says which key the entry has, its place, and why it was served or not.
func (a *auditor) tell(l *Line, i int) {
	if a.drawn == nil || a.story.result == nil {
		l.Text = "your line is in; there is no result"
		return
	}
	e := a.entries.Rows[i]
	key := smallestTicket(a.drawn.Seed, a.entryLine(i), e.Weight)
	place, _ := slices.BinarySearchFunc(a.drawn.Keys, key, func(x, y [32]byte) int { return bytes.Compare(x[:], y[:]) })
	l.Key, l.Place, l.Of = hex.EncodeToString(key[:]), place+1, len(a.drawn.Keys)
	for _, s := range a.drawn.Served {
		if s.NF != e.NF {
			continue
		}
		l.Seats = strings.Join(s.Seats, ",")
		l.Text = fmt.Sprintf("your line is in; your key is number %d of %d, and you won %s", l.Place, l.Of, l.Seats)
		return
	}
	waiting := slices.Index(a.drawn.Waiting, e.NF) + 1
	why := "when it was your turn, no window that you accept had a free seat, and none could be made free"
	if e.Size > 1 {
		why = fmt.Sprintf("when it was your turn, no window that you accept had %d free seats, and they could not be made free", e.Size)
	}
	l.Text = fmt.Sprintf("your line is in; your key is number %d of %d, and you are number %d of those who wait: %s", l.Place, l.Of, waiting, why)
}

// smallestTicket is an entry's key, computed apart from the package that draws.
func smallestTicket(seed [32]byte, line string, weight int) [32]byte {
	leaf := sha256.Sum256(append([]byte{0}, line...))
	var least [32]byte
	for j := range weight {
		b := append([]byte("chesna/draw/v1/ticket\x00"), seed[:]...)
		b = append(b, leaf[:]...)
		t := sha256.Sum256(binary.BigEndian.AppendUint32(b, uint32(j)))
		if j == 0 || bytes.Compare(t[:], least[:]) < 0 {
			least = t
		}
	}
	return least
}
