package identity

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// evidenceVersion begins opened evidence; after it come the document's length (uvarint), the document, the signature.
const evidenceVersion = 1

// VerifyAct proves that the person signed exactly this document now, and seals document and signature as evidence.
// It does not consume anything: whoever records the act must refuse a Digest seen before, in the transaction
// that records it.
func (s *Service) VerifyAct(ctx context.Context, person uuid.UUID, document, signature []byte) (Act, error) {
	if err := checkSignatureSize(signature); err != nil {
		return Act{}, err
	}
	now := s.d.Now()
	if err := s.d.Limiter.Allow(ctx, person.String(), s.d.Policy.Acts, now); err != nil {
		return Act{}, fmt.Errorf("limit acts: %w", err)
	}
	a, err := s.d.Signatures.Verify(ctx, document, signature, now)
	if err != nil {
		return Act{}, fmt.Errorf("verify act: %w", err)
	}
	if err := s.checkSigner(ctx, person, a); err != nil {
		return Act{}, err
	}
	act := Act{Person: person, Digest: a.SignerInfo}
	plain := binary.AppendUvarint([]byte{evidenceVersion}, uint64(len(document)))
	act.Evidence, err = s.d.Sealer.Seal(SealEvidence, person[:], slices.Concat(plain, document, signature))
	if err != nil {
		return Act{}, fmt.Errorf("seal evidence: %w", err)
	}
	return act, nil
}

// OpenEvidence answers what the person signed and her signature as it was received. Evidence is sealed to the
// person: who keeps it must keep whose it is, and nothing else.
func (s *Service) OpenEvidence(person uuid.UUID, evidence []byte) (Evidence, error) {
	plain, err := s.d.Sealer.Open(SealEvidence, person[:], evidence)
	if err != nil {
		return Evidence{}, fmt.Errorf("open evidence: %w", err)
	}
	if len(plain) == 0 || plain[0] != evidenceVersion {
		return Evidence{}, errors.New("open evidence: another version")
	}
	length, n := binary.Uvarint(plain[1:])
	if n <= 0 || length > uint64(len(plain)-1-n) {
		return Evidence{}, errors.New("open evidence: cut off")
	}
	rest := plain[1+n:]
	return Evidence{Document: rest[:length:length], Signature: rest[length:]}, nil
}

// checkSigner requires that the certificate's numbers are the person's: at least one known as hers by
// certificate, none as another's.
func (s *Service) checkSigner(ctx context.Context, person uuid.UUID, a Assertion) error {
	ids, err := s.sealAll(a.Identifiers())
	if err != nil {
		return err
	}
	var owners []uuid.UUID
	if len(ids) > 0 {
		if owners, err = s.d.Persons.CertifiedOwners(ctx, ids); err != nil {
			return fmt.Errorf("find signer: %w", err)
		}
	}
	if !slices.Equal(owners, []uuid.UUID{person}) {
		return &Error{Code: CodeSignerMismatch, Detail: "signed by somebody else than the person signed in"}
	}
	return nil
}
