package identity

import (
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// Names are a person's names as her certificate or document gives them. Personal data: never logged.
type Names struct {
	Surname    string `json:"surname"`
	GivenName  string `json:"givenName"`
	Patronymic string `json:"patronymic,omitempty"`
}

// Full is "Surname GivenName Patronymic".
func (n Names) Full() string {
	s := n.Surname
	for _, p := range []string{n.GivenName, n.Patronymic} {
		if p != "" {
			s += " " + p
		}
	}
	return s
}

// LogValue hides the names from logs.
func (Names) LogValue() slog.Value { return slog.StringValue("[names]") }

// IdentifierKind is a kind of number that names one person.
type IdentifierKind string

const (
	// KindRNOKPP is the tax number, ten digits.
	KindRNOKPP IdentifierKind = "rnokpp"
	// KindUNZR is the number in the demographic register, YYYYMMDD-NNNNN.
	KindUNZR IdentifierKind = "unzr"
	// KindDocument is the document number of those who refused a tax number.
	KindDocument IdentifierKind = "document"
	// KindBirthCertificate is the series and number of a child's birth certificate.
	KindBirthCertificate IdentifierKind = "birth-certificate"
	// KindLikeness is no number: names and date of birth as one declarer typed them, which tell his applicants apart.
	KindLikeness IdentifierKind = "likeness"
)

// Identifier is a number with its kind, in canonical form. Personal data: never stored or logged as it is.
type Identifier struct {
	Kind  IdentifierKind
	Value string
}

// LogValue hides the number from logs.
func (i Identifier) LogValue() slog.Value { return slog.StringValue("[" + string(i.Kind) + "]") }

// Person is one human being: a random UUID that every other room uses, and what identity alone knows.
type Person struct {
	ID    uuid.UUID
	Names Names
	// Email is where results and notices go; EmailVerified is set once the person has answered a code sent there.
	Email         string
	EmailVerified bool
	// Country of stay (ISO 3166-1 alpha-2), declared by the person; limits the posts. It can be
	// changed again at CountryChangeableAt.
	Country             string
	CountryChangeableAt time.Time
	Language            string // "uk" or "en"
}

// LogValue logs the pseudonym only.
func (p Person) LogValue() slog.Value { return slog.StringValue(p.ID.String()) }

// Applicant is another person for whom a service is asked: a child or a ward.
type Applicant struct {
	Relation         string // "child", "ward", "other"
	Names            Names
	BirthDate        string // YYYY-MM-DD
	RNOKPP           string
	UNZR             string
	BirthCertificate string
}

// LogValue hides the applicant from logs.
func (Applicant) LogValue() slog.Value { return slog.StringValue("[applicant]") }
