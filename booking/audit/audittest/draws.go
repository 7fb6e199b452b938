package audittest

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"chesna/booking/audit"
	"chesna/booking/beacon"
	"chesna/booking/draw"
)

// Spec is a draw to be announced.
type Spec struct {
	ID, Kind, Parent, Predecessor string
	Consulate, Group, Pool        string
	ISOWeek                       string
	Seats                         []draw.Seat
	Fast                          bool // delays of seconds, as in a demonstration
	T                             int
}

// Entry is one line to be.
type Entry struct {
	NF      [32]byte
	Weight  int
	Ensured bool
	People  []*Person
	Windows uint64
	C       [32]byte
	Receipt []byte
}

// Line is the entry as the file has it.
func (e Entry) Line() string {
	g := 0
	if e.Ensured {
		g = 1
	}
	return fmt.Sprintf("%x %d %d %d %016x", e.NF, e.Weight, g, len(e.People), e.Windows)
}

// Open is a draw that has been announced.
type Open struct {
	Spec         Spec
	Announcement draw.Announcement
	Entries      []Entry
	Attempt      int
	Drawn        *draw.Result
	World        *World

	bundle audit.Bundle
}

// FastDelays are those of a demonstration.
func FastDelays() draw.Delays { return draw.Delays{Deadline: 5, Round: 10, Fallback: 60} }

// to moves the clock forward.
func (w *World) to(t time.Time) {
	if t.After(w.Now) {
		w.Now = t
	}
}

// Manifest sorts seats into a file.
func Manifest(seats []draw.Seat) []byte {
	seats = slices.Clone(seats)
	slices.SortFunc(seats, func(a, b draw.Seat) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Counter, b.Counter), strings.Compare(a.ID, b.ID))
	})
	var b strings.Builder
	for _, s := range seats {
		fmt.Fprintf(&b, "%s %d %s %d %s\n", s.ID, s.Window, s.Start.UTC().Format("2006-01-02T15:04:05Z"), s.Minutes, s.Counter)
	}
	return []byte(b.String())
}

func windows(seats []draw.Seat) []draw.WindowInfo {
	by := map[int]*draw.WindowInfo{}
	for _, s := range seats {
		i := by[s.Window]
		if i == nil {
			i = &draw.WindowInfo{Number: s.Window, Label: fmt.Sprintf("window %d", s.Window), From: draw.At(s.Start), To: draw.At(s.Start)}
			by[s.Window] = i
		}
		i.Seats++
		if s.Start.Before(i.From.Time) {
			i.From = draw.At(s.Start)
		}
		if s.Start.After(i.To.Time) {
			i.To = draw.At(s.Start)
		}
	}
	out := []draw.WindowInfo{}
	for _, i := range by {
		out = append(out, *i)
	}
	slices.SortFunc(out, func(a, b draw.WindowInfo) int { return a.Number - b.Number })
	return out
}

// Announce puts a draw into the log.
func (w *World) Announce(s Spec) (*Open, error) {
	o := &Open{Spec: s, World: w}
	o.bundle.Name = s.ID
	o.bundle.Manifest = Manifest(s.Seats)
	o.bundle.Policy = w.PolicyFile()
	m, err := draw.ParseManifest(o.bundle.Manifest)
	if err != nil {
		return nil, err
	}
	w.Now = w.Now.Truncate(time.Second).Add(time.Second)
	a := draw.Announcement{
		Head: draw.Head{Type: draw.LeafAnnouncement, Seq: w.size(), DrawID: s.ID}, Rule: draw.Rule, Kind: s.Kind, Parent: s.Parent,
		Predecessor: s.Predecessor, Consulate: s.Consulate, Group: s.Group, Pool: s.Pool, ISOWeek: s.ISOWeek,
		Announced: draw.At(w.Now), Opens: draw.At(w.Now.Add(time.Hour)), Closes: draw.At(w.Now.Add(72*time.Hour + 10*time.Minute)),
		Windows: windows(s.Seats), ManifestRoot: m.Root, Beacon: w.Chain.Info(), Delays: draw.Standard(), Policy: w.policyHash(),
		Guarantee: draw.GuaranteeInfo{T: s.T, Rho: "1.2500", GiveUp: "0.1000"},
	}
	if s.Kind == "standby" {
		a.Opens, a.Closes = a.Announced, draw.At(w.Now.Add(24*time.Hour))
	}
	if s.Fast {
		a.Opens, a.Closes, a.Delays = a.Announced, draw.At(w.Now.Add(time.Minute)), FastDelays()
	}
	a.Round = draw.AttemptRound(a.Closes.Time, a.Delays, a.Beacon, 0)
	o.Announcement = a
	return o, o.sequence(a, len(w.witnesses))
}

// sequence puts a leaf into the log, has it cosigned by n witnesses a second later, and stamped.
func (o *Open) sequence(leaf any, n int) error {
	w := o.World
	b := w.add(leaf)
	w.Now = w.Now.Add(time.Second)
	l := audit.Leaf{Seq: w.size() - 1, JSON: b}
	l.Proof = w.proof(l.Seq, w.Checkpoint(n))
	if w.stamper != nil {
		var err error
		if l.Stamp, err = w.stamper.Stamp(w.head(), w.Now); err != nil {
			return err
		}
	}
	o.bundle.Leaves = append(o.bundle.Leaves, l)
	return nil
}

func (o *Open) head(kind draw.LeafType) draw.Head {
	return draw.Head{Type: kind, Seq: o.World.size(), DrawID: o.Spec.ID}
}

// Closing says how a draw is closed, when not as it should be.
type Closing struct {
	Witnesses int           // who cosign; all if 0
	Late      time.Duration // how much later than announced
}

// Close freezes the entries: files, the authority's word, the leaf.
func (o *Open) Close(c Closing) error {
	w := o.World
	w.to(o.Announcement.Closes.Add(c.Late))
	slices.SortFunc(o.Entries, func(a, b Entry) int { return slices.Compare(a.NF[:], b.NF[:]) })
	o.writeFiles()
	leaf, err := closeLeaf(&o.bundle, o.head(draw.LeafClose), o.Announcement)
	if err != nil {
		return err
	}
	o.bundle.Authority = sign(w.authority, attestation(&o.bundle, o.Spec.ID, leaf.N))
	if c.Witnesses == 0 {
		c.Witnesses = len(w.witnesses)
	}
	return o.sequence(leaf, c.Witnesses)
}

// closeLeaf computes a close from the files of a bundle.
func closeLeaf(b *audit.Bundle, head draw.Head, a draw.Announcement) (draw.Close, error) {
	e, err := draw.ParseEntries(b.Entries)
	if err != nil {
		return draw.Close{}, err
	}
	m, err := draw.ParseManifest(b.Manifest)
	if err != nil {
		return draw.Close{}, err
	}
	leaf := draw.Close{
		Head: head, Closed: a.Closes, N: len(e.Rows), EntriesRoot: e.Root, ManifestRoot: m.Root,
		EntriesSHA256: sha256.Sum256(b.Entries), BindingsSHA256: sha256.Sum256(b.Bindings), PersonsSHA256: sha256.Sum256(b.Persons),
	}
	for _, r := range e.Rows {
		leaf.Weights[r.Weight-1]++
		leaf.SumW += int64(r.Weight)
	}
	return leaf, nil
}

func attestation(b *audit.Bundle, id string, n int) string {
	return fmt.Sprintf("chesna/authority/v1\n%s\n%d\nentries %x\nbindings %x\npersons %x\n", id, n,
		sha256.Sum256(b.Entries), sha256.Sum256(b.Bindings), sha256.Sum256(b.Persons))
}

func (o *Open) writeFiles() {
	var entries, bindings strings.Builder
	var persons []string
	for _, e := range o.Entries {
		entries.WriteString(e.Line() + "\n")
		fmt.Fprintf(&bindings, "%x\n", e.C)
		for _, p := range e.People {
			persons = append(persons, fmt.Sprintf("%x %x\n", o.World.nf("chesna/person-nf/v1", p, o.Spec.ID), e.NF))
		}
	}
	slices.Sort(persons)
	o.bundle.Entries, o.bundle.Bindings, o.bundle.Persons = []byte(entries.String()), []byte(bindings.String()), []byte(strings.Join(persons, ""))
}

// Void declares the attempt void, in time unless late says otherwise.
func (o *Open) Void(late time.Duration) error {
	a := o.Announcement
	o.World.to(draw.AttemptDeadline(a.Closes.Time, a.Delays, o.Attempt).Add(time.Second + late))
	o.Attempt++
	return o.sequence(draw.Void{
		Head: o.head(draw.LeafVoid), Attempt: o.Attempt, Reason: "cosignatures",
		Round: draw.AttemptRound(a.Closes.Time, a.Delays, a.Beacon, o.Attempt),
	}, len(o.World.witnesses))
}

// Cancel ends the draw without a result.
func (o *Open) Cancel() error {
	return o.sequence(draw.Cancelled{Head: o.head(draw.LeafCancelled), Reason: "cancelled"}, len(o.World.witnesses))
}

// Draw draws with the round of the attempt and publishes.
func (o *Open) Draw() error {
	w, a := o.World, o.Announcement
	round := draw.AttemptRound(a.Closes.Time, a.Delays, a.Beacon, o.Attempt)
	w.to(w.Chain.TimeOf(round).Add(2 * time.Second))
	leaf, drawn, err := resultLeaf(&o.bundle, o.head(draw.LeafResult), w.Chain, round, o.Attempt)
	if err != nil {
		return err
	}
	o.Drawn = drawn
	return o.sequence(leaf, len(w.witnesses))
}

// resultLeaf draws from the files of a bundle, writes result and beacon.json into it, and makes the leaf.
func resultLeaf(b *audit.Bundle, head draw.Head, chain *Chain, round uint64, attempt int) (draw.ResultLeaf, *draw.Result, error) {
	m, err := draw.ParseManifest(b.Manifest)
	if err != nil {
		return draw.ResultLeaf{}, nil, err
	}
	e, err := draw.ParseEntries(b.Entries)
	if err != nil {
		return draw.ResultLeaf{}, nil, err
	}
	signature := chain.Sign(round)
	r, err := draw.Run(head.DrawID, draw.Beacon{ChainHash: chain.Info().ChainHash, Round: round, Signature: signature}, m, e)
	if err != nil {
		return draw.ResultLeaf{}, nil, err
	}
	b.Result, b.Beacon = r.Bytes(), beacon.Round{Number: round, Signature: signature}.JSON()
	return draw.ResultLeaf{
		Head: head, Attempt: attempt, Round: round, Signature: fmt.Sprintf("%x", signature), Seed: r.Seed,
		ManifestRoot: m.Root, ResultSHA256: sha256.Sum256(b.Result),
	}, r, nil
}

// Bundle is the draw's files as they are published; the caller may change its copy.
func (o *Open) Bundle() *audit.Bundle { return Clone(&o.bundle) }

// Clone copies a bundle.
func Clone(b *audit.Bundle) *audit.Bundle {
	files := b.Files()
	for i := range files {
		files[i].Bytes = slices.Clone(files[i].Bytes)
		if files[i].Bytes == nil {
			files[i].Bytes = []byte{}
		}
	}
	c, err := audit.NewBundle(b.Name, files)
	if err != nil {
		panic(err)
	}
	return c
}
