package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	wavepg "chesna/booking/wave/pgstore"
	"chesna/identity"
)

// sealedRequests is the ledger of waves as the use cases see it: the texts that people sign to enter hold names, and
// stand in the database sealed, each for its declarer and wave alone.
type sealedRequests struct {
	*wavepg.Store
	box identity.Sealer
}

func boundTo(id wave.ID, declarer uuid.UUID) []byte {
	return append(append([]byte("entry\x00"), id...), append([]byte{0}, declarer[:]...)...)
}

func (l sealedRequests) seal(id wave.ID, declarer uuid.UUID, text []byte) ([]byte, error) {
	if len(text) == 0 {
		return text, nil
	}
	sealed, err := l.box.Seal(identity.SealEvidence, boundTo(id, declarer), text)
	if err != nil {
		return nil, fmt.Errorf("seal a request: %w", err)
	}
	return sealed, nil
}

func (l sealedRequests) open(e wave.Entry, err error) (wave.Entry, error) {
	if err != nil || len(e.Request) == 0 {
		return e, err
	}
	if e.Request, err = l.box.Open(identity.SealEvidence, boundTo(e.Wave, e.Declarer), e.Request); err != nil {
		return wave.Entry{}, fmt.Errorf("open a request: %w", err)
	}
	return e, nil
}

// Enter implements wave.Citizens.
func (l sealedRequests) Enter(ctx context.Context, a wave.Acceptance) (wave.Entry, error) {
	var err error
	if a.Request, err = l.seal(a.Wave, a.Declarer, a.Request); err != nil {
		return wave.Entry{}, err
	}
	return l.open(l.Store.Enter(ctx, a))
}

// Leave implements wave.Citizens.
func (l sealedRequests) Leave(ctx context.Context, x wave.Leaving) (wave.Entry, error) {
	var err error
	if x.Request, err = l.seal(x.Wave, x.Declarer, x.Request); err != nil {
		return wave.Entry{}, err
	}
	return l.open(l.Store.Leave(ctx, x))
}

// Entry implements wave.Citizens.
func (l sealedRequests) Entry(ctx context.Context, id wave.ID, declarer uuid.UUID) (wave.Entry, error) {
	return l.open(l.Store.Entry(ctx, id, declarer))
}

// EntriesOf implements wave.Citizens.
func (l sealedRequests) EntriesOf(ctx context.Context, declarer uuid.UUID) ([]wave.Entry, error) {
	list, err := l.Store.EntriesOf(ctx, declarer)
	for i := range list {
		if err == nil {
			list[i], err = l.open(list[i], nil)
		}
	}
	return list, err
}

// LiveEntry implements wave.Citizens.
func (l sealedRequests) LiveEntry(ctx context.Context, applicant uuid.UUID, g booking.GroupID) (wave.Entry, bool, error) {
	e, ok, err := l.Store.LiveEntry(ctx, applicant, g)
	if !ok || err != nil {
		return e, ok, err
	}
	e, err = l.open(e, nil)
	return e, ok, err
}

// Frozen implements wave.Public: cards and receipts need no texts.
func (l sealedRequests) Frozen(ctx context.Context, id wave.ID) (wave.Frozen, error) {
	f, err := l.Store.Frozen(ctx, id)
	for i := range f.Entries {
		f.Entries[i].Request = nil
	}
	return f, err
}
