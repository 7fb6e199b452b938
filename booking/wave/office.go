package wave

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
)

// OfficeLedger is what the use cases need of a Ledger.
type OfficeLedger interface {
	Public
	Citizens
}

// Appointments finds appointments; the ledger of booking is one.
type Appointments interface {
	// Appointment returns one, whosever it is, or booking.CodeAppointmentAbsent.
	Appointment(ctx context.Context, id uuid.UUID) (booking.Appointment, error)
}

// OfficeDeps is what the use cases stand on. All fields but Logger are needed.
type OfficeDeps struct {
	Catalogue    *booking.Catalogue
	Ledger       OfficeLedger
	Appointments Appointments
	Authority    Authority
	Log          Log
	Acts         Acts
	People       People
	Trust        Trust // not read so far: the policy of a draw is kept with its files
	Receipts     Receipts
	Policy       Policy
	// NeedCountry and NeedEmail are conditions of entering, as they are of booking (booking.Policy).
	NeedCountry, NeedEmail bool
	// Audience names this system in signed documents: its public origin.
	Audience string
	Now      func() time.Time
	Rand     io.Reader
	Logger   *slog.Logger
	// Forget frees the inventory's claim on a person whose appointment was replaced by a signed offer.
	Forget func(ctx context.Context, applicant uuid.UUID, group booking.GroupID, appointment uuid.UUID) error
}

// Office holds what citizens and the public do with waves: look, enter, leave, sign, decline, ask why. It is safe for
// concurrent use and keeps no state of its own.
//
// Two refusals run through it. What is wrong with a request is told before anything is asked to be signed, as far as
// it can be seen without the ledger's locks; and the ledger judges all of it again, last. A request without a signature
// is refused with CodeSignatureNeeded and the exact text to sign; the same request with the signature does the thing.
type Office struct {
	d      OfficeDeps
	shelf  shelf
	window openings
}

// NewOffice checks its parts.
func NewOffice(d OfficeDeps) (*Office, error) {
	switch {
	case d.Catalogue == nil, d.Ledger == nil, d.Appointments == nil, d.Authority == nil, d.Log == nil:
		return nil, errors.New("wave: catalogue, ledger, appointments, authority and log are needed")
	case d.Acts == nil, d.People == nil, d.Trust == nil, d.Receipts == nil, d.Forget == nil:
		return nil, errors.New("wave: acts, people, trust, receipts and the inventory's forgetting are needed")
	case d.Now == nil, d.Rand == nil, d.Audience == "":
		return nil, errors.New("wave: clock, randomness and audience are needed")
	}
	if err := d.Policy.Validate(); err != nil {
		return nil, err
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return &Office{d: d}, nil
}

// Prospect is the person's own standing in a group: what she would enter with, and whether she may.
func (o *Office) Prospect(ctx context.Context, s identity.Session, g booking.GroupID) (Standing, error) {
	if _, err := o.d.Catalogue.Group(g); err != nil {
		return Standing{}, err
	}
	return o.d.Ledger.Standing(ctx, s.Person, g)
}

// Blocked tells why the applicant cannot hold a seat of the group at once: CodeLiveEntry, CodeOfferOpen, or nil.
func (o *Office) Blocked(ctx context.Context, applicant uuid.UUID, g booking.GroupID) error {
	return o.d.Ledger.Blocked(ctx, applicant, g)
}

// wrong is a request with one fault in one field.
func wrong(c booking.Code, pointer, code, detail string) *booking.Error {
	return &booking.Error{Code: c, Detail: detail, Fields: []booking.FieldError{{Pointer: pointer, Code: code, Detail: detail}}}
}

// signatureNeeded refuses a request that was not signed, with the text to sign.
func signatureNeeded(document []byte) *booking.Error {
	e := wrong(booking.CodeSignatureNeeded, "/signature", "required", "sign the document and send the same request again")
	e.Document = document
	return e
}

func citizen(s identity.Session) booking.Actor {
	return booking.Actor{Person: s.Person, Role: string(identity.RoleCitizen)}
}
