package wave

import (
	"context"
	"slices"
	"time"

	"chesna/booking"
	"chesna/identity"
)

// Leave ends the person's live entry in the wave where she made it, by her signature; with it her part in the standby
// draws of its family. Without a signature: CodeSignatureNeeded with the text. The same signature again answers the
// same receipt.
//
// Refusals: CodeDrawAbsent, CodeEntryAbsent, CodeEntryFrozen, CodeSignatureNeeded, those of Acts.VerifyAct and of
// Citizens.Leave.
func (o *Office) Leave(ctx context.Context, s identity.Session, id ID, signature []byte) (Receipt, error) {
	w, err := o.open(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	e, err := o.d.Ledger.Entry(ctx, id, s.Person)
	if err != nil {
		return Receipt{}, err
	}
	if e.State == EntryLeft && len(signature) > 0 {
		if _, err := o.d.Acts.VerifyAct(ctx, s.Person, e.Request, signature); err == nil {
			return o.receipt(ctx, w, e)
		}
	}
	if e.State != EntryLive {
		return Receipt{}, booking.Refuse(booking.CodeEntryAbsent, "you have no live entry in this draw")
	}
	if err := o.movable(ctx, e, w); err != nil {
		return Receipt{}, err
	}
	document, err := o.entryDocument(entryText{action: actionLeave, wave: w, rev: e.Rev + 1, declarer: s.Person, nf: e.NF})
	if err != nil {
		return Receipt{}, err
	}
	if len(signature) == 0 {
		return Receipt{}, signatureNeeded(document)
	}
	act, err := o.d.Acts.VerifyAct(ctx, s.Person, document, signature)
	if err != nil {
		return Receipt{}, err
	}
	l := Leaving{
		Wave: id, Declarer: s.Person, Rev: e.Rev + 1, Request: document,
		Evidence: act.Evidence, Signature: act.Digest, Actor: citizen(s),
	}
	if l.Commitment, l.Opening, err = o.commit(document); err != nil {
		return Receipt{}, err
	}
	left, err := o.d.Ledger.Leave(ctx, l)
	if err != nil {
		return o.meanwhile(ctx, s, w, document, err)
	}
	return o.receipt(ctx, w, left)
}

// EntryView is an entry with the waves that it is in.
type EntryView struct {
	Entry Entry
	Wave  Wave
	// Carried are the standby waves of the family that are not drawn yet and carry the entry on.
	Carried []Wave
}

// Entry is the person's entry in the wave, live or not: CodeDrawAbsent, CodeEntryAbsent.
func (o *Office) Entry(ctx context.Context, s identity.Session, id ID) (EntryView, error) {
	w, err := o.open(ctx, id)
	if err != nil {
		return EntryView{}, err
	}
	e, err := o.d.Ledger.Entry(ctx, id, s.Person)
	if err != nil {
		return EntryView{}, err
	}
	return o.view(ctx, e, w)
}

// Entries are all entries of the person, newest first.
func (o *Office) Entries(ctx context.Context, s identity.Session) ([]EntryView, error) {
	list, err := o.d.Ledger.EntriesOf(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	out := make([]EntryView, len(list))
	for i, e := range list {
		w, err := o.open(ctx, e.Wave)
		if err != nil {
			return nil, err
		}
		if out[i], err = o.view(ctx, e, w); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (o *Office) view(ctx context.Context, e Entry, w Wave) (EntryView, error) {
	carried, err := o.carried(ctx, e, w)
	return EntryView{Entry: e, Wave: w, Carried: carried}, err
}

// carried are the standby waves, announced or closed and not drawn yet, in which an unserved entry of an earlier wave
// of the family is without any act of its citizen: it accepts one of their windows.
func (o *Office) carried(ctx context.Context, e Entry, w Wave) ([]Wave, error) {
	if e.State != EntryLive || w.State == StateAnnounced || inDraw(w.State) {
		return nil, nil
	}
	list, err := o.d.Ledger.Waves(ctx, Filter{
		Family: w.Family, States: []State{StateAnnounced, StateClosed, StateStanding}, Limit: MaxDraws,
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(s Wave) bool { return !s.carries(e, w.Closes) }), nil
}

// carries tells whether a standby wave takes in an entry whose own wave closed at the time.
func (w Wave) carries(e Entry, closed time.Time) bool {
	if w.Kind != KindStandby || w.ID == e.Wave || !w.Closes.After(closed) {
		return false
	}
	return slices.ContainsFunc(w.Windows, func(win Window) bool { return e.Windows&win.Bit() != 0 })
}
