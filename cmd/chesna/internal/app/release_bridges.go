package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"chesna/api/handlers"
	"chesna/booking"
	"chesna/booking/beacon"
	"chesna/booking/draw"
	"chesna/booking/journal"
	journalpg "chesna/booking/journal/pgstore"
	"chesna/booking/wave"
	"chesna/identity/authority"
)

// rounds is where a chain's rounds come from: relays, or the demo's own beacon.
type rounds interface {
	Fetch(ctx context.Context, round uint64) (beacon.Round, error)
}

// chance is the beacon as draws need it.
type chance struct {
	chain  *beacon.Chain
	rounds rounds
}

// Chain implements wave.Beacon.
func (c chance) Chain() draw.BeaconInfo {
	d := c.chain.Describe()
	return draw.BeaconInfo{
		ID: d.ID, ChainHash: draw.Hash(c.chain.Hash), Scheme: d.Scheme, PublicKey: d.PublicKey, Period: d.Period,
		Genesis: d.Genesis, GenesisSeed: d.GenesisSeed, Development: d.Development,
	}
}

// Round implements wave.Beacon.
func (c chance) Round(ctx context.Context, chain draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error) {
	if chain.ChainHash != draw.Hash(c.chain.Hash) {
		return draw.Beacon{}, nil, fmt.Errorf("fetch round %d: chain %s is not configured any more", round, chain.ChainHash)
	}
	r, err := c.rounds.Fetch(ctx, round)
	if errors.Is(err, beacon.ErrNotYet) {
		return draw.Beacon{}, nil, fmt.Errorf("round %d: %w", round, wave.ErrNotYet)
	}
	if err != nil {
		return draw.Beacon{}, nil, fmt.Errorf("fetch round %d: %w", round, err)
	}
	if err := c.chain.Verify(round, r.Signature[:]); err != nil {
		return draw.Beacon{}, nil, err
	}
	return draw.Beacon{ChainHash: c.chain.Hash, Round: round, Signature: r.Signature}, r.JSON(), nil
}

// names is the identity authority as draws ask it. It stands for another house: what crosses is pseudonyms.
type names struct{ authority *authority.Authority }

// Nullify implements wave.Authority.
func (n names) Nullify(ctx context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error) {
	return n.authority.Nullify(ctx, drawID, pseudonyms(persons))
}

// NullifyPersons implements wave.Authority.
func (n names) NullifyPersons(ctx context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error) {
	return n.authority.NullifyPersons(ctx, drawID, pseudonyms(persons))
}

// Attest implements wave.Authority.
func (n names) Attest(ctx context.Context, s wave.Statement) ([]byte, error) {
	out := authority.Statement{
		DrawID: s.DrawID, EntriesSHA256: s.EntriesSHA256, BindingsSHA256: s.BindingsSHA256, PersonsSHA256: s.PersonsSHA256,
	}
	for _, e := range s.Entries {
		out.Entries = append(out.Entries, authority.Issued{NF: e.NF, Pseudonym: authority.Pseudonym(e.Person), DrawID: e.DrawID})
	}
	for _, p := range s.Persons {
		out.Persons = append(out.Persons, authority.IssuedPerson{
			PersonNF: p.PersonNF, EntryNF: p.EntryNF, Pseudonym: authority.Pseudonym(p.Person), DrawID: p.DrawID,
		})
	}
	return n.authority.Attest(ctx, out)
}

func pseudonyms(persons []uuid.UUID) []string {
	out := make([]string, len(persons))
	for i, p := range persons {
		out[i] = authority.Pseudonym(p)
	}
	return out
}

// proofs is the log of draws as waves need it.
type proofs struct {
	log    *journal.Log
	policy journal.Policy
	key    note.Verifier
}

// Proof implements wave.Log.
func (p proofs) Proof(ctx context.Context, seq int64, k int) (wave.Proof, error) {
	leaf, err := p.log.Leaf(ctx, seq)
	if journal.CodeOf(err) == journal.CodeAbsent {
		return wave.Proof{}, nil // not sequenced yet
	}
	if err != nil {
		return wave.Proof{}, err
	}
	out := wave.Proof{Leaf: leaf}
	proof, token, ok, err := p.log.Prove(ctx, seq, k)
	if err != nil || !ok {
		return out, err
	}
	_, cosigned, err := p.policy.Cosigned(proof.Checkpoint, p.key)
	if err != nil {
		return out, err
	}
	for _, c := range cosigned {
		out.Cosigned = append(out.Cosigned, c.Time)
	}
	slices.SortFunc(out.Cosigned, time.Time.Compare)
	out.Proof, out.Stamp = journal.FormatProof(proof), token
	return out, nil
}

// diary proves lines of a person's record from the journal.
type diary struct {
	store *journalpg.Store
	log   *journal.Log
}

// Prove implements handlers.Diary.
func (d diary) Prove(ctx context.Context, person, event uuid.UUID) (handlers.EventProof, error) {
	o, err := d.store.ProveEvent(ctx, person, event)
	if journal.CodeOf(err) == journal.CodeAbsent {
		return handlers.EventProof{}, booking.Refuse(booking.CodeNotPublished, "no such event of yours in the journal")
	}
	if err != nil {
		return handlers.EventProof{}, err
	}
	out := handlers.EventProof{Event: o.Event, Blind: o.Blind, Leaf: o.Leaf, Index: o.Index}
	if o.Index < 0 {
		return out, nil
	}
	proof, _, ok, err := d.log.Prove(ctx, o.Index, 0)
	if ok {
		out.Proof = journal.FormatProof(proof)
	}
	return out, err
}

// trust is the policy that announcements name.
type trust []byte

// Policy implements wave.Trust.
func (t trust) Policy() []byte { return t }
