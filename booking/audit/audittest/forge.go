package audittest

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/audit"
	"chesna/booking/draw"
)

// Fork is the same operator with another log: the same keys of his own, the first n witnesses with him, no authority and
// no time stamps. Its log begins with the leaves of this one before the number.
func (w *World) Fork(before int64, n int) *World {
	f := *w
	f.authority, f.stamper = nil, nil
	f.witnesses, f.Leaves, f.hashes = nil, nil, nil
	for i := range n { // the clock of those who are with him is his
		if _, err := f.witness(i); err != nil {
			panic(err)
		}
	}
	for _, l := range w.Leaves[:before] {
		f.addBytes(l)
	}
	return &f
}

// Forgery is what an operator wants to be otherwise in a draw that has been published.
type Forgery struct {
	Witnesses    int // who are with him, at whatever time he likes
	Announcement func(*draw.Announcement)
	Files        func(*audit.Bundle)
	Round        uint64 // another round; 0: by the rule
}

// Forge makes the bundle anew as he wants it, with every hash, root, leaf, proof and signature that he can make. What
// he cannot make, the authority's word and time stamps, he leaves as it was.
func (w *World) Forge(b *audit.Bundle, f Forgery) (*audit.Bundle, error) {
	b = Clone(b)
	if f.Files != nil {
		f.Files(b)
	}
	fork := w.Fork(b.Leaves[0].Seq, f.Witnesses)
	a, err := draw.ParseLeaf[draw.Announcement](b.Leaves[0].JSON)
	if err != nil {
		return nil, err
	}
	m, err := draw.ParseManifest(b.Manifest)
	if err != nil {
		return nil, err
	}
	a.ManifestRoot, a.Windows = m.Root, windows(m.Seats)
	if f.Announcement != nil {
		f.Announcement(&a)
	}
	a.Round = draw.AttemptRound(a.Closes.Time, a.Delays, a.Beacon, 0)
	if f.Round == 0 {
		f.Round = a.Round
	}
	o := &Open{Spec: Spec{ID: a.DrawID}, Announcement: a, World: fork}
	leaves := b.Leaves
	b.Leaves = nil
	o.bundle = *b
	step := func(at time.Time, leaf any) error {
		fork.Now = at
		return o.sequence(leaf, f.Witnesses)
	}
	if err := step(a.Announced.Time, a); err != nil {
		return nil, err
	}
	closing, err := closeLeaf(&o.bundle, o.head(draw.LeafClose), a)
	if err != nil {
		return nil, err
	}
	if err := step(a.Closes.Time, closing); err != nil {
		return nil, err
	}
	result, _, err := resultLeaf(&o.bundle, o.head(draw.LeafResult), w.Chain, f.Round, 0)
	if err != nil {
		return nil, err
	}
	if err := step(w.Chain.TimeOf(f.Round).Add(time.Second), result); err != nil {
		return nil, err
	}
	for i := range leaves {
		o.bundle.Leaves[i].Stamp = leaves[i].Stamp
	}
	return o.Bundle(), nil
}

// Lines cuts a line file.
func Lines(b []byte) []string {
	return strings.SplitAfter(strings.TrimSuffix(string(b), "\n")+"\n", "\n")[:strings.Count(string(b), "\n")]
}

// Join puts lines together again.
func Join(lines []string) []byte { return []byte(strings.Join(lines, "")) }

// Proof makes a proof of a leaf under the log as it is now, with n witnesses.
func (w *World) Proof(seq int64, n int) []byte { return w.proof(seq, w.Checkpoint(n)) }

// Add puts any leaf of a draw into the log, cosigned by all; for what an operator should not have done.
func (o *Open) Add(leaf any) error { return o.sequence(leaf, len(o.World.witnesses)) }

// Head of the next leaf.
func (o *Open) Head(kind draw.LeafType) draw.Head { return o.head(kind) }

// CloseLeaf is the close that the draw's files give, as the next leaf.
func (o *Open) CloseLeaf() (draw.Close, error) {
	return closeLeaf(&o.bundle, o.head(draw.LeafClose), o.Announcement)
}

// DrawWith draws with any round, which honest witnesses cosign: they do not look at what they cosign.
func (o *Open) DrawWith(round uint64) error {
	o.World.to(o.World.Chain.TimeOf(round).Add(2 * time.Second))
	leaf, drawn, err := resultLeaf(&o.bundle, o.head(draw.LeafResult), o.World.Chain, round, o.Attempt)
	if err != nil {
		return err
	}
	o.Drawn = drawn
	return o.Add(leaf)
}

// Attest signs an attestation of a bundle's files with a key of the same name that is not the authority's.
func Attest(b *audit.Bundle, name string, id string, n int) ([]byte, error) {
	private, _, err := note.GenerateKey(strings.NewReader(strings.Repeat("not the authority", 8)), name)
	if err != nil {
		return nil, err
	}
	s, err := note.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return sign(s, attestation(b, id, n)), nil
}
