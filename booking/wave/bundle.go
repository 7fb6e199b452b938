package wave

import (
	"context"
	"fmt"
	"slices"

	"chesna/booking"
	"chesna/booking/draw"
)

// Bundle is everything that decides the draw, by the names of docs/DRAW-FILES.md: who has it can check the draw
// without us. CodeDrawAbsent; CodeNotPublished until the leaf of the result is in a checkpoint that as many witnesses
// cosigned as the policy asks for. A draw that was cancelled after its close has a bundle too, without result and beacon.
func (o *Office) Bundle(ctx context.Context, id ID) (map[string][]byte, error) {
	w, err := o.Draw(ctx, id)
	if err != nil {
		return nil, err
	}
	drawn := w.State == StateDrawn || w.State == StateFinished
	if !drawn && w.State != StateCancelled {
		return nil, notPublished(w)
	}
	files, err := o.d.Ledger.Files(ctx, id)
	if err != nil {
		return nil, err
	}
	if !drawn && len(files.Manifest) == 0 {
		return nil, notPublished(w) // it never closed
	}
	out := files.published(w.State)
	for name := range (Files{}).all() {
		if _, ok := out[name]; !ok && (drawn || name != FileResult && name != FileBeacon) {
			return nil, fmt.Errorf("bundle of %s: the file %s is missing", id, name)
		}
	}
	leaves, err := o.d.Ledger.Leaves(ctx, id)
	if err != nil {
		return nil, err
	}
	last := draw.LeafResult
	if !drawn {
		last = draw.LeafCancelled
	}
	if !slices.ContainsFunc(leaves, func(l Leaf) bool { return l.Type == last }) {
		return nil, fmt.Errorf("bundle of %s: the leaf of its end is missing", id)
	}
	for _, l := range leaves {
		if err := o.addLeaf(ctx, out, l); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addLeaf adds a leaf with its proof and time stamp.
func (o *Office) addLeaf(ctx context.Context, out map[string][]byte, l Leaf) error {
	p, err := o.d.Log.Proof(ctx, l.Seq, o.cosigners(l.Type))
	if err != nil {
		return fmt.Errorf("prove leaf %d: %w", l.Seq, err)
	}
	if len(p.Leaf) == 0 || len(p.Proof) == 0 {
		return booking.Refuse(booking.CodeNotPublished, "the witnesses have not cosigned the whole draw yet; try again in a minute")
	}
	name := fmt.Sprintf("leaves/%d", l.Seq)
	out[name+".json"], out[name+".proof"] = p.Leaf, p.Proof
	if len(p.Stamp) > 0 {
		out[name+".tsr"] = p.Stamp
	}
	return nil
}

// cosigners is how many cosignatures the checkpoint has that a leaf is shown in. What a draw stands on needs all that
// the policy asks for, and so does what makes an attempt void: the rest is about trouble, often with the witnesses, and
// one shows when it was there.
func (o *Office) cosigners(t draw.LeafType) int {
	switch t {
	case draw.LeafAnnouncement, draw.LeafClose, draw.LeafResult, draw.LeafVoid, draw.LeafNewChain:
		return o.d.Policy.Witnesses
	default:
		return 1
	}
}
