package identity

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/google/uuid"
)

// Policy holds the durations and bounds of the use cases; a zero field takes its default.
type Policy struct {
	ChallengeTTL    time.Duration // 5 minutes
	ChallengeTries  int           // 5
	AccessTTL       time.Duration // 5 minutes
	RefreshIdle     time.Duration // 2 hours without a refresh end the session
	SessionTTL      time.Duration // 12 hours at most
	RefreshGrace    time.Duration // 10 seconds for a lost answer or two tabs at once
	RevocationLag   time.Duration // 1 second: how long another process may still accept an ended session
	MaxSessions     int           // 10 per person
	EmailCodeTTL    time.Duration // 15 minutes
	EmailCodeTries  int           // 5
	EmailSends      Limit         // 5 an hour, per person and per address
	EmailAnswers    Limit         // 20 an hour per person
	Acts            Limit         // 30 a minute per person: each costs asymmetric work
	Declarations    Limit         // 20 an hour per person
	MaxApplicants   int           // 8 other people whom one person may declare in 12 months
	CountryInterval time.Duration // 90 days
}

func (p *Policy) setDefaults() {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&p.ChallengeTTL, 5 * time.Minute},
		{&p.AccessTTL, 5 * time.Minute},
		{&p.RefreshIdle, 2 * time.Hour},
		{&p.SessionTTL, 12 * time.Hour},
		{&p.RefreshGrace, 10 * time.Second},
		{&p.RevocationLag, time.Second},
		{&p.EmailCodeTTL, 15 * time.Minute},
		{&p.CountryInterval, 90 * 24 * time.Hour},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, n := range []struct{ field, value *int }{
		{&p.ChallengeTries, new(5)},
		{&p.MaxSessions, new(10)},
		{&p.EmailCodeTries, new(5)},
		{&p.MaxApplicants, new(8)},
	} {
		if *n.field == 0 {
			*n.field = *n.value
		}
	}
	for _, l := range []struct {
		field *Limit
		value Limit
	}{
		{&p.EmailSends, Limit{"email-send", 5, time.Hour}},
		{&p.EmailAnswers, Limit{"email-answer", 20, time.Hour}},
		{&p.Acts, Limit{"act", 30, time.Minute}},
		{&p.Declarations, Limit{"declaration", 20, time.Hour}},
	} {
		if l.field.Count == 0 {
			*l.field = l.value
		}
	}
}

// validate refuses what would make a session outlive its store or a token its session.
func (p Policy) validate() error {
	var errs []error
	for name, d := range map[string]time.Duration{
		"ChallengeTTL": p.ChallengeTTL, "AccessTTL": p.AccessTTL, "RefreshIdle": p.RefreshIdle, "SessionTTL": p.SessionTTL,
		"RevocationLag": p.RevocationLag, "EmailCodeTTL": p.EmailCodeTTL, "CountryInterval": p.CountryInterval,
	} {
		if d <= 0 {
			errs = append(errs, fmt.Errorf("policy: %s must be positive", name))
		}
	}
	if p.AccessTTL > p.RefreshIdle || p.RefreshIdle > p.SessionTTL {
		errs = append(errs, errors.New("policy: AccessTTL <= RefreshIdle <= SessionTTL does not hold"))
	}
	return errors.Join(errs...)
}

// Deps is what a Service works with. Everything is required but StaffInstitutions, Demo and Policy.
type Deps struct {
	// Origin is the site people see, such as https://chesna.example: scheme and host, no path. SystemName is
	// what signed texts call the system, in Ukrainian.
	Origin     string
	SystemName string
	Now        func() time.Time

	Signatures  SignatureVerifier
	Pseudonyms  Pseudonymiser
	Sealer      Sealer
	Tokens      TokenMinter
	Persons     PersonStore
	Rights      GrantStore
	Identifiers IdentifierStore
	Challenges  ChallengeStore
	Sessions    SessionStore
	EmailCodes  EmailCodeStore
	Limiter     Limiter
	Mailer      Mailer

	// StaffInstitutions, when not empty, lists the EDRPOU codes of institutions: a session gets rights beyond
	// the citizen's only when signed in with a certificate of one of them.
	StaffInstitutions []string
	// Demo accepts tax numbers with a wrong check digit.
	Demo   bool
	Policy Policy
}

// Service holds the use cases of this room. It is safe for concurrent use and has no goroutines.
type Service struct {
	d     Deps
	alive *aliveCache
}

// New checks the dependencies and makes the service.
func New(d Deps) (*Service, error) {
	d.Policy.setDefaults()
	errs := []error{d.Policy.validate()}
	origin, err := url.Parse(d.Origin)
	if err != nil || origin.Host == "" || (origin.Scheme != "https" && origin.Scheme != "http") ||
		origin.Scheme+"://"+origin.Host != d.Origin {
		errs = append(errs, fmt.Errorf("identity: origin %q is not scheme://host", d.Origin))
	}
	if d.SystemName == "" {
		errs = append(errs, errors.New("identity: SystemName is empty"))
	}
	for name, missing := range map[string]bool{
		"Now": d.Now == nil, "Signatures": d.Signatures == nil, "Pseudonyms": d.Pseudonyms == nil,
		"Sealer": d.Sealer == nil, "Tokens": d.Tokens == nil, "Persons": d.Persons == nil, "Rights": d.Rights == nil,
		"Identifiers": d.Identifiers == nil, "Challenges": d.Challenges == nil, "Sessions": d.Sessions == nil,
		"EmailCodes": d.EmailCodes == nil, "Limiter": d.Limiter == nil, "Mailer": d.Mailer == nil,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("identity: %s is missing", name))
		}
	}
	for _, e := range d.StaffInstitutions {
		if !eightDigits.MatchString(e) {
			errs = append(errs, fmt.Errorf("identity: institution %q is not an EDRPOU of eight digits", e))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Service{d: d, alive: newAliveCache(d.Policy.RevocationLag)}, nil
}

// LogValue keeps the keys and stores behind the service out of logs.
func (*Service) LogValue() slog.Value { return slog.StringValue("[identity service]") }

// newID is a random UUID. The system's randomness does not fail on the platforms Go supports (crypto/rand).
func newID() uuid.UUID {
	return uuid.Must(uuid.NewRandomFromReader(rand.Reader))
}
