package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/booking/wave"
	"chesna/identity"
)

// Bookings is what the pages need of booking; *booking.Office satisfies it.
type Bookings interface {
	Availability(ctx context.Context, s identity.Session, c booking.ConsulateID, id booking.ServiceID) (booking.Openings, error)
	Reserve(ctx context.Context, s identity.Session, r booking.ReserveRequest) (booking.HeldSeat, error)
	Hold(ctx context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error)
	Extend(ctx context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error)
	Release(ctx context.Context, s identity.Session, id booking.HoldID) error
	Confirm(ctx context.Context, s identity.Session, id booking.HoldID, signature []byte) (booking.Appointment, error)
	Appointment(ctx context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error)
	Appointments(ctx context.Context, s identity.Session) ([]booking.Appointment, error)
	Cancel(ctx context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error)
	Record(ctx context.Context, s identity.Session, limit int) ([]booking.Event, error)
	RecordOutcome(ctx context.Context, s identity.Session, id uuid.UUID, out booking.Outcome, reason string) (booking.Appointment, error)
	Desk(ctx context.Context, s identity.Session, c booking.ConsulateID, day string) ([]booking.Appointment, error)
	Week(ctx context.Context, s identity.Session, c booking.ConsulateID, isoWeek string) (booking.Publication, error)
	PublishWeek(ctx context.Context, s identity.Session, c booking.ConsulateID, isoWeek string, expected int64, p booking.WeekPlan) (booking.Publication, error)
	LegalMinimum(ctx context.Context, c booking.ConsulateID, from, to capacity.Date) ([]booking.Publication, error)
}

// Draws is what the pages need of waves; *wave.Office satisfies it.
type Draws interface {
	Draws(ctx context.Context, f wave.Filter) ([]wave.Wave, error)
	Draw(ctx context.Context, id wave.ID) (wave.Wave, error)
	Enter(ctx context.Context, s identity.Session, id wave.ID, r wave.EntryRequest) (wave.Receipt, error)
	Leave(ctx context.Context, s identity.Session, id wave.ID, signature []byte) (wave.Receipt, error)
	Entry(ctx context.Context, s identity.Session, id wave.ID) (wave.EntryView, error)
	Entries(ctx context.Context, s identity.Session) ([]wave.EntryView, error)
	Prospect(ctx context.Context, s identity.Session, g booking.GroupID) (wave.Standing, error)
	Card(ctx context.Context, s identity.Session, id wave.ID) (wave.Card, error)
	Offers(ctx context.Context, s identity.Session) ([]wave.OfferText, error)
	Offer(ctx context.Context, s identity.Session, id uuid.UUID) (wave.OfferText, error)
	Sign(ctx context.Context, s identity.Session, id uuid.UUID, signature []byte) (wave.Offer, []booking.Appointment, error)
	Decline(ctx context.Context, s identity.Session, id uuid.UUID) (wave.Offer, error)
}

// People is what the pages need of identity; *identity.Service satisfies it.
type People interface {
	Challenge(ctx context.Context) (identity.Challenge, error)
	Complete(ctx context.Context, challengeID string, signature []byte) (identity.Session, identity.Tokens, identity.Person, error)
	Reissue(ctx context.Context, session identity.Session) (identity.Session, identity.Tokens, error)
	Logout(ctx context.Context, session identity.Session) error
	Person(ctx context.Context, id uuid.UUID) (identity.Person, error)
	SetCountry(ctx context.Context, person uuid.UUID, country string) (identity.Person, error)
	SetLanguage(ctx context.Context, person uuid.UUID, language string) error
	SetEmail(ctx context.Context, person uuid.UUID, address string) error
	VerifyEmail(ctx context.Context, person uuid.UUID, code string) (identity.Person, error)
	ResolveApplicant(ctx context.Context, declarer uuid.UUID, a identity.Applicant) (uuid.UUID, error)
	Applicants(ctx context.Context, declarer uuid.UUID) ([]identity.DeclaredApplicant, error)
	NamesIn(ctx context.Context, declarer, person uuid.UUID, text string) (identity.Names, error)
	Actions(ctx context.Context, person uuid.UUID, limit int) ([]identity.Action, error)
}

// Ready tells whether the parts of the service answer; a nil error is yes.
type Ready func(ctx context.Context) error

// DemoPerson is somebody whose key the demo's trust service holds.
type DemoPerson struct {
	Name        string // for the signer
	DisplayName string
	Roles       []string // "citizen", "officer", …
}

// DemoSigner signs for the demo's people. There is none outside the demo.
type DemoSigner interface {
	People() []DemoPerson
	// Sign gives a CAdES-BES signature of exactly these bytes.
	Sign(ctx context.Context, name string, document []byte) ([]byte, error)
}

// Mailbox shows the mails that the demo has sent.
type Mailbox interface {
	Mails(ctx context.Context, limit int) ([]DemoMail, error) // newest first
}

// DemoMail is one of them.
type DemoMail struct {
	At   time.Time
	Mail identity.Mail
}

// Demo is what only the demo has.
type Demo struct {
	Signer  DemoSigner
	Mailbox Mailbox
}

// Deps is what the pages stand on. All but Draws, Openings, Limits, Ready, Demo and Logger are needed.
type Deps struct {
	// Server is the edge: sessions and form tokens of browsers, limits, and where routes are mounted.
	Server    *api.Server
	Bookings  Bookings
	People    People
	Catalogue *booking.Catalogue
	// Policy is that of the office: the grid of the schedule and the figures that pages state.
	Policy booking.Policy
	// Draws are the waves; nil where nothing is given by draw: every draw is absent then.
	Draws Draws
	// Release is the policy of the waves: the figures that pages state. It is needed with Draws.
	Release wave.Policy
	// Openings are the openings; nil where there are none: every opening is absent then.
	Openings Openings
	// MailCode is how long the code to confirm an e-mail address is good.
	MailCode time.Duration
	// Limits by person and action, the same as the API's; nil: none.
	Limits PersonLimits
	Ready  Ready
	Demo   *Demo
	Logger *slog.Logger
}

func (d *Deps) check() error {
	if d.Server == nil || d.Bookings == nil || d.People == nil || d.Catalogue == nil {
		return errors.New("web: a part of the pages is missing")
	}
	if d.MailCode <= 0 {
		return errors.New("web: how long a mailed code is good is missing")
	}
	if d.Demo != nil && (d.Demo.Signer == nil || d.Demo.Mailbox == nil) {
		return errors.New("web: the demo needs a signer and a mailbox")
	}
	if d.Draws != nil {
		if err := d.Release.Validate(); err != nil {
			return fmt.Errorf("web: draws need their policy: %w", err)
		}
	}
	if d.Limits != nil {
		d.Bookings = limited{d.Bookings, d.Limits}
		if d.Draws != nil {
			d.Draws = limitedDraws{d.Draws, d.Limits}
		}
	}
	if d.Ready == nil {
		d.Ready = func(context.Context) error { return nil }
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}
