package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// applicantSpan is the time over which Policy.MaxApplicants counts: twelve months.
const applicantSpan = 365 * 24 * time.Hour

// ResolveApplicant checks the fields, all at once, and answers the applicant's person: the one whom this declarer
// has given these names and this date of birth before, or who was declared under the number, or a new one.
//
// One number identifies: UNZR, else tax number, else birth certificate. The others are checked and kept with what
// was typed, and never become identifiers, so that typing cannot join two people. Nobody is declared who has a
// certificate of her own: she asks for herself. The declarer learns nothing about a person that others declared.
//
// Refusals: CodeInvalid with pointers at and below /applicant; CodeRateLimited with Reason "declaration" (too
// often), or "applicants" (more than Policy.MaxApplicants people in twelve months).
func (s *Service) ResolveApplicant(ctx context.Context, declarer uuid.UUID, a Applicant) (uuid.UUID, error) {
	now := s.d.Now()
	a, fields := CheckApplicant(a, now, !s.d.Demo)
	if len(fields) > 0 {
		return uuid.Nil, &Error{Code: CodeInvalid, Detail: "the applicant's data are not complete or not right", Fields: fields}
	}
	if err := s.d.Limiter.Allow(ctx, declarer.String(), s.d.Policy.Declarations, now); err != nil {
		return uuid.Nil, fmt.Errorf("limit declarations: %w", err)
	}
	if err := s.notHimself(ctx, declarer, a); err != nil {
		return uuid.Nil, err
	}
	ids, err := s.sealAll([]Identifier{a.Identifier(), likeness(declarer, a)})
	if err != nil {
		return uuid.Nil, err
	}
	d := Declaration{
		ID: newID(), Declarer: declarer, Candidate: newID(), Number: ids[0], Likeness: ids[1], Relation: a.Relation, At: now,
		Most: s.d.Policy.MaxApplicants, Span: applicantSpan,
		Agrees: func(earlier ApplicantRecord) error { return s.agrees(declarer, earlier, a) },
	}
	if d.Details, err = s.sealJSON(SealApplicant, declarationBound(declarer, d.ID), a); err != nil {
		return uuid.Nil, err
	}
	person, err := s.d.Persons.Declare(ctx, d)
	if err != nil {
		return uuid.Nil, fmt.Errorf("declare applicant: %w", err)
	}
	return person, nil
}

// notHimself refuses the declarer under another of his numbers: names and date of birth of his certificate.
func (s *Service) notHimself(ctx context.Context, declarer uuid.UUID, a Applicant) error {
	r, err := s.d.Persons.Person(ctx, declarer)
	if err != nil {
		return fmt.Errorf("load declarer: %w", err)
	}
	if r.Names == nil {
		return nil
	}
	var own certified
	if err := s.openJSON(SealNames, declarer[:], r.Names, &own); err != nil {
		return err
	}
	if own.Born != a.BirthDate || fold(own.Surname) != fold(a.Names.Surname) || fold(own.GivenName) != fold(a.Names.GivenName) {
		return nil
	}
	return &Error{Code: CodeInvalid, Fields: []FieldError{
		{"/applicant", "self", "this is you: leave the applicant out to ask for yourself"},
	}}
}

// agrees takes a correction of the names or of the date of birth, but not of both at once: that is another human
// under a number that was typed for the first.
func (s *Service) agrees(declarer uuid.UUID, earlier ApplicantRecord, a Applicant) error {
	var before Applicant
	if err := s.openJSON(SealApplicant, declarationBound(declarer, earlier.Declaration), earlier.Details, &before); err != nil {
		return err
	}
	if before.BirthDate == a.BirthDate || fold(before.Names.GivenName) == fold(a.Names.GivenName) {
		return nil
	}
	return &Error{Code: CodeInvalid, Fields: []FieldError{
		{"/applicant", "other-person", "you gave this number for another person before; check the number"},
	}}
}

// likeness identifies an applicant among those of one declarer, whatever number is typed: surname, given name and
// date of birth. The patronymic is left out, because it may be.
func likeness(declarer uuid.UUID, a Applicant) Identifier {
	return Identifier{KindLikeness, strings.Join([]string{
		declarer.String(), fold(a.Names.Surname), fold(a.Names.GivenName), a.BirthDate,
	}, "/")}
}

// alike turns letters that look the same, or that are written with a mark that may be typed apart, into one.
var alike = strings.NewReplacer("A", "А", "B", "В", "C", "С", "E", "Е", "H", "Н", "I", "І", "K", "К", "M", "М", "O", "О",
	"P", "Р", "T", "Т", "X", "Х", "Y", "У", "Ї", "І", "Й", "И", "Ё", "Е", "Ґ", "Г")

// fold brings a name to the form in which spellings are compared: upper case, letters only.
func fold(name string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r) { // ʼ is a letter to Unicode
			return r
		}
		return -1
	}, strings.ToUpper(name))
	return alike.Replace(letters)
}

// declarationBound is what the details of a declaration are sealed to.
func declarationBound(declarer, declaration uuid.UUID) []byte {
	return slices.Concat(declarer[:], declaration[:])
}
