package identity

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// VerifyAct proves that the person signed exactly this document now, and seals the signature as evidence.
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
	act.Evidence, err = s.d.Sealer.Seal(SealEvidence, evidenceBound(act), signature)
	if err != nil {
		return Act{}, fmt.Errorf("seal evidence: %w", err)
	}
	return act, nil
}

// OpenEvidence answers the signature of an act as it was received.
func (s *Service) OpenEvidence(act Act) ([]byte, error) {
	signature, err := s.d.Sealer.Open(SealEvidence, evidenceBound(act), act.Evidence)
	if err != nil {
		return nil, fmt.Errorf("open evidence: %w", err)
	}
	return signature, nil
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

func evidenceBound(a Act) []byte { return append(slices.Clone(a.Person[:]), a.Digest[:]...) }
