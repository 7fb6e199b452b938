package booking

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"time"

	"github.com/google/uuid"

	"chesna/booking/capacity"
	"chesna/identity"
)

// Policy holds the figures that an administrator sets.
type Policy struct {
	HoldTTL      time.Duration // how long a hold lives; 10 min
	Extension    time.Duration // what the one extension adds; 5 min
	HoldsPerDay  int           // holds an applicant may take a day in one group; 3
	ReopenWithin time.Duration // a returned seat re-opens at a random moment within this span; 24 h
	Horizon      time.Duration // how far ahead seats are shown; 8 weeks
	Lead         time.Duration // a seat that starts sooner than this is not shown any more; 2 h
	Grid         int           // minutes; openings begin and end on it; 5
	// NeedCountry makes a declared country of stay a condition of looking and booking. Without it, a
	// person who has declared none may go to any post; one who has is limited to the posts of her country.
	NeedCountry bool
	// NeedEmail makes a verified e-mail address a condition of booking: results and changes go there. Looking does
	// not need it.
	NeedEmail bool
	// Standby sends every seat that comes back to the next standby draw: none re-opens by itself.
	Standby bool
	// LateCancel is how long before the start a cancellation becomes late; Pause is how long a late one, or a no-show,
	// pauses online entry to draws.
	LateCancel, Pause time.Duration
}

// Validate says what is wrong with the figures, all at once.
func (p Policy) Validate() error {
	var errs []error
	check := func(ok bool, name string) {
		if !ok {
			errs = append(errs, fmt.Errorf("policy: %s is out of range", name))
		}
	}
	check(p.HoldTTL >= time.Second && p.HoldTTL <= time.Hour, "hold time")
	check(p.Extension >= 0 && p.Extension <= time.Hour, "extension")
	check(p.HoldsPerDay >= 1 && p.HoldsPerDay <= 100, "holds per day")
	check(p.ReopenWithin > 0 && p.ReopenWithin <= 7*24*time.Hour, "re-opening span")
	check(p.Horizon >= 24*time.Hour, "horizon")
	check(p.Lead >= 0, "lead")
	check(p.LateCancel >= 0 && p.LateCancel <= 30*24*time.Hour, "late cancellation")
	check(p.Pause >= 0 && p.Pause <= 366*24*time.Hour, "pause")
	check(p.Grid >= 1 && p.Grid <= capacity.MaxGrid, "grid")
	return errors.Join(errs...)
}

// Acts is what booking needs of identity: who signed this document?
type Acts interface {
	// VerifyAct checks that the person signed exactly this document with a qualified signature.
	VerifyAct(ctx context.Context, person uuid.UUID, document, signature []byte) (identity.Act, error)
	// SignatureDigest is the Digest that VerifyAct would give for the signature, without a verdict on it.
	SignatureDigest(signature []byte) ([32]byte, error)
}

// People is what booking needs to know of applicants.
type People interface {
	// ResolveApplicant finds or records another person for whom the declarer asks.
	ResolveApplicant(ctx context.Context, declarer uuid.UUID, a identity.Applicant) (uuid.UUID, error)
	// NamesIn returns the names of the applicant for a text that the declarer signs. They are fixed when they are
	// first asked for with this text, whatever he declares later: the bytes to sign never change.
	NamesIn(ctx context.Context, declarer, person uuid.UUID, text string) (identity.Names, error)
	// Country is the country of stay that the person has declared, as it is stored now: the session's may be as old
	// as its token. Empty when she has declared none.
	Country(ctx context.Context, person uuid.UUID) (string, error)
}

// Bars tells why an applicant cannot hold a seat of the group at once: a live entry in a draw (CodeLiveEntry) or an
// open offer (CodeOfferOpen).
type Bars interface {
	Blocked(ctx context.Context, applicant uuid.UUID, g GroupID) error
}

// Deps is what the use cases stand on. All fields but Bars, Turnstile, Channel, MayOpen and Logger are needed.
type Deps struct {
	Catalogue *Catalogue
	Inventory Inventory
	Ledger    Ledger
	Weeks     WeekLedger
	Acts      Acts
	People    People
	Bars      Bars
	Turnstile Turnstile
	// Channel shares the seats of draws out among the channels of a post with a terminal, see ShareOut; nil: all
	// online. MayOpen tells whether a post may give a group's seats at once; nil: always.
	Channel func(Consulate, Seat) Pool
	MayOpen func(ctx context.Context, c ConsulateID, g GroupID) (bool, error)
	Policy  Policy
	// Audience names this system in signed documents: its public origin.
	Audience string
	Now      func() time.Time
	Rand     io.Reader
	Logger   *slog.Logger
}

// Office holds the use cases of booking: look, reserve, confirm, cancel, publish a week, record an outcome.
// It is safe for concurrent use and keeps no state of its own.
type Office struct {
	Deps
}

// NewOffice checks its parts.
func NewOffice(d Deps) (*Office, error) {
	switch {
	case d.Catalogue == nil, d.Inventory == nil, d.Ledger == nil, d.Weeks == nil, d.Acts == nil, d.People == nil:
		return nil, errors.New("booking: a part of the office is missing")
	case d.Now == nil, d.Rand == nil, d.Audience == "":
		return nil, errors.New("booking: clock, randomness and audience are needed")
	}
	if err := d.Policy.Validate(); err != nil {
		return nil, err
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return &Office{Deps: d}, nil
}

// ReopenAt draws the moment at which a seat that is returned now opens again: uniform over the span of the
// policy, or over what is left until the seat is no longer shown, if that is less. It is unknown to everyone until
// then, so that nobody can wait for a seat that a friend gives back. The zero time means that the seat stays returned:
// it is too late, or standby draws give it ([Policy.Standby]).
func (o *Office) ReopenAt(now, start time.Time) (time.Time, error) {
	if o.Policy.Standby {
		return time.Time{}, nil
	}
	span := min(o.Policy.ReopenWithin, start.Add(-o.Policy.Lead).Sub(now))
	if span <= 0 {
		return time.Time{}, nil
	}
	n, err := rand.Int(o.Rand, big.NewInt(int64(span)))
	if err != nil {
		return time.Time{}, fmt.Errorf("draw a time to re-open: %w", err)
	}
	return now.Add(time.Duration(n.Int64())), nil
}

func (o *Office) nonce() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(o.Rand, b[:]); err != nil {
		return "", fmt.Errorf("draw a nonce: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// referenceAlphabet is Crockford's base 32: no I, L, O, U, so that it can be said on the telephone.
const referenceAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
