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

// Applicants answers whom the person has asked for as she typed them last, the newest first, at most a hundred.
func (s *Service) Applicants(ctx context.Context, declarer uuid.UUID) ([]DeclaredApplicant, error) {
	records, err := s.d.Persons.Applicants(ctx, declarer)
	if err != nil {
		return nil, fmt.Errorf("load applicants: %w", err)
	}
	list := make([]DeclaredApplicant, len(records))
	for i, r := range records {
		list[i].Person = r.Person
		if list[i].Applicant, err = s.openApplicant(declarer, r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Names answers the names of person as declarer may know them: his own from his certificate, another's as he
// typed them last. Anybody he has not declared is CodePersonUnknown.
func (s *Service) Names(ctx context.Context, declarer, person uuid.UUID) (Names, error) {
	if declarer == person {
		p, err := s.Person(ctx, person)
		return p.Names, err
	}
	a, err := s.Applicant(ctx, declarer, person)
	return a.Names, err
}

// NamesIn answers an applicant's names as a text gives them that the declarer reads and signs: those he had typed
// last when they were first asked for with this text, and the same ever after, whatever he types later. Text
// is an identifier of the text's own, such as the hold's, of at most 100 bytes. His own names are those of his
// certificate. An officer who serves an
// appointment passes its person, its applicant and its hold, and so sees the names that were signed.
// CodePersonUnknown for anybody he has not declared, and for a text about somebody else.
func (s *Service) NamesIn(ctx context.Context, declarer, person uuid.UUID, text string) (Names, error) {
	if declarer == person {
		return s.Names(ctx, declarer, person)
	}
	r, err := s.d.Persons.ApplicantIn(ctx, declarer, person, text)
	if err != nil {
		return Names{}, fmt.Errorf("load applicant of a text: %w", err)
	}
	a, err := s.openApplicant(declarer, r)
	return a.Names, err
}

// Applicant answers one applicant as the declarer typed her last, or CodePersonUnknown.
func (s *Service) Applicant(ctx context.Context, declarer, person uuid.UUID) (Applicant, error) {
	r, err := s.d.Persons.Applicant(ctx, declarer, person)
	if err != nil {
		return Applicant{}, fmt.Errorf("load applicant: %w", err)
	}
	return s.openApplicant(declarer, r)
}

func (s *Service) openApplicant(declarer uuid.UUID, r ApplicantRecord) (a Applicant, err error) {
	err = s.openJSON(SealApplicant, declarationBound(declarer, r.Declaration), r.Details, &a)
	return a, err
}
