package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// DeclaredApplicant is another person for whom somebody has asked, as she was typed.
type DeclaredApplicant struct {
	Person    uuid.UUID
	Applicant Applicant
}

// ResolveApplicant checks the fields, all at once, and answers the applicant's person: the one who has these
// numbers already, or a new one. The declarer learns nothing about an existing person: the names kept are those
// he typed, for him alone. CodeInvalid has pointers below /applicant.
func (s *Service) ResolveApplicant(ctx context.Context, declarer uuid.UUID, a Applicant) (uuid.UUID, error) {
	now := s.d.Now()
	a, fields := CheckApplicant(a, now, !s.d.Demo)
	if len(fields) > 0 {
		return uuid.Nil, &Error{Code: CodeInvalid, Detail: "the applicant's data are not complete or not right", Fields: fields}
	}
	if err := s.d.Limiter.Allow(ctx, declarer.String(), s.d.Policy.Declarations, now); err != nil {
		return uuid.Nil, fmt.Errorf("limit declarations: %w", err)
	}
	ids, err := s.sealAll(a.Identifiers())
	if err != nil {
		return uuid.Nil, err
	}
	person, err := s.d.Persons.ResolveDeclared(ctx, newID(), ids, now)
	if err != nil {
		return uuid.Nil, fmt.Errorf("resolve applicant: %w", err)
	}
	if person == declarer {
		return uuid.Nil, &Error{Code: CodeInvalid, Fields: []FieldError{
			{"/applicant", "self", "these are your own numbers: leave the applicant out to ask for yourself"},
		}}
	}
	details, err := s.sealJSON(SealApplicant, applicantBound(declarer, person), a)
	if err != nil {
		return uuid.Nil, err
	}
	record := ApplicantRecord{Person: person, Relation: a.Relation, Details: details, At: now}
	if err := s.d.Persons.PutApplicant(ctx, declarer, record); err != nil {
		return uuid.Nil, fmt.Errorf("keep applicant: %w", err)
	}
	return person, nil
}

// Applicants answers whom the person has asked for, the newest first, at most a hundred.
func (s *Service) Applicants(ctx context.Context, declarer uuid.UUID) ([]DeclaredApplicant, error) {
	records, err := s.d.Persons.Applicants(ctx, declarer)
	if err != nil {
		return nil, fmt.Errorf("load applicants: %w", err)
	}
	list := make([]DeclaredApplicant, len(records))
	for i, r := range records {
		list[i].Person = r.Person
		if err := s.openJSON(SealApplicant, applicantBound(declarer, r.Person), r.Details, &list[i].Applicant); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Names answers the names of person as declarer may know them: his own from his certificate, another's as he
// typed them. Anybody he has not declared is CodePersonUnknown. An officer who serves an appointment passes
// the appointment's person as declarer and its applicant as person.
func (s *Service) Names(ctx context.Context, declarer, person uuid.UUID) (Names, error) {
	if declarer == person {
		p, err := s.Person(ctx, person)
		return p.Names, err
	}
	a, err := s.Applicant(ctx, declarer, person)
	return a.Names, err
}

// Applicant answers one applicant as the declarer typed her, or CodePersonUnknown.
func (s *Service) Applicant(ctx context.Context, declarer, person uuid.UUID) (Applicant, error) {
	r, err := s.d.Persons.Applicant(ctx, declarer, person)
	if err != nil {
		return Applicant{}, fmt.Errorf("load applicant: %w", err)
	}
	var a Applicant
	err = s.openJSON(SealApplicant, applicantBound(declarer, person), r.Details, &a)
	return a, err
}

func applicantBound(declarer, person uuid.UUID) []byte { return append(declarer[:], person[:]...) }
