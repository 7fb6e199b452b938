package entries_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"chesna/booking/beacon"
	"chesna/booking/beacon/devbeacon"
	"chesna/booking/draw"
	"chesna/booking/journal"
	"chesna/booking/wave"
	"chesna/identity/authority"
)

// parts are what office and scheduler stand on beside the ledgers.
type parts struct {
	chance    chance
	authority authorityOf
	log       proofs
	trust     trust
	receipts  operator
}

type trust []byte

func (t trust) Policy() []byte { return t }

type operator struct{ signer note.Signer }

func (o operator) Sign(text string) ([]byte, error) {
	return note.Sign(&note.Note{Text: text}, o.signer)
}

// chance is the development beacon, each round verified as a relay's would be.
type chance struct {
	chain  *beacon.Chain
	rounds *devbeacon.Beacon
}

func (c chance) Chain() draw.BeaconInfo {
	d := c.chain.Describe()
	return draw.BeaconInfo{
		ID: d.ID, ChainHash: draw.Hash(c.chain.Hash), Scheme: d.Scheme, PublicKey: d.PublicKey, Period: d.Period,
		Genesis: d.Genesis, GenesisSeed: d.GenesisSeed, Development: d.Development,
	}
}

func (c chance) policy() []journal.PolicyBeacon {
	d := c.chain.Describe()
	return []journal.PolicyBeacon{{
		ID: d.ID, ChainHash: d.ChainHash, Scheme: d.Scheme, PublicKey: d.PublicKey, Period: d.Period,
		Genesis: d.Genesis, GenesisSeed: d.GenesisSeed, Development: d.Development,
	}}
}

func (c chance) Round(ctx context.Context, _ draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error) {
	r, err := c.rounds.Fetch(ctx, round)
	if errors.Is(err, beacon.ErrNotYet) {
		err = fmt.Errorf("round %d: %w", round, wave.ErrNotYet)
	}
	if err == nil {
		err = c.chain.Verify(round, r.Signature[:])
	}
	if err != nil {
		return draw.Beacon{}, nil, err
	}
	return draw.Beacon{ChainHash: c.chain.Hash, Round: round, Signature: r.Signature}, r.JSON(), nil
}

// authorityOf is the identity authority as draws ask it.
type authorityOf struct{ authority *authority.Authority }

func (n authorityOf) Nullify(ctx context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error) {
	return n.authority.Nullify(ctx, drawID, pseudonyms(persons))
}

func (n authorityOf) NullifyPersons(ctx context.Context, drawID string, persons []uuid.UUID) ([][32]byte, error) {
	return n.authority.NullifyPersons(ctx, drawID, pseudonyms(persons))
}

func (n authorityOf) Attest(ctx context.Context, s wave.Statement) ([]byte, error) {
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
}

func (p proofs) Proof(ctx context.Context, seq int64, k int) (wave.Proof, error) {
	leaf, err := p.log.Leaf(ctx, seq)
	if journal.CodeOf(err) == journal.CodeAbsent {
		return wave.Proof{}, nil
	}
	if err != nil {
		return wave.Proof{}, err
	}
	out := wave.Proof{Leaf: leaf}
	proof, _, ok, err := p.log.Prove(ctx, seq, k)
	if err != nil || !ok {
		return out, err
	}
	_, cosigned, err := p.policy.Cosigned(proof.Checkpoint, p.log.Verifier())
	if err != nil {
		return out, err
	}
	for _, c := range cosigned {
		out.Cosigned = append(out.Cosigned, c.Time)
	}
	out.Proof = journal.FormatProof(proof)
	return out, nil
}

// seconds says how long something took.
func seconds(since time.Time) float64 { return time.Since(since).Seconds() }
