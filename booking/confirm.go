package booking

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"chesna/identity"
)

// Confirm turns a hold into an appointment by the citizen's qualified signature over its text.
//
// The order is: verify the signature; pin the hold, which decides whether it came in time; write the
// ledger, which decides for good; settle the inventory, which a job repeats if it fails here. The same
// signature on the same hold answers the same appointment, whenever it comes.
//
// Refusals: CodeHoldNotFound, CodeHoldExpired, those of Acts.VerifyAct and of Ledger.Confirm.
func (o *Office) Confirm(ctx context.Context, s identity.Session, id HoldID, signature []byte) (Appointment, error) {
	h, err := o.own(ctx, s, id)
	if errors.Is(err, &Error{Code: CodeHoldNotFound}) || errors.Is(err, &Error{Code: CodeHoldExpired}) {
		return o.confirmedBefore(ctx, s, id, signature, err)
	}
	if err != nil {
		return Appointment{}, err
	}
	held, err := o.withDocument(ctx, h)
	if err != nil {
		return Appointment{}, err
	}
	act, err := o.Acts.VerifyAct(ctx, s.Person, held.Document, signature)
	if err != nil {
		return Appointment{}, err
	}
	h, err = o.Inventory.Pin(ctx, id)
	if err != nil {
		return Appointment{}, err
	}
	return o.enter(ctx, h, held.Document, act)
}

// enter writes a pinned hold into the ledger and settles the inventory.
func (o *Office) enter(ctx context.Context, h Hold, document []byte, act identity.Act) (Appointment, error) {
	appointment, err := uuid.NewRandomFromReader(o.Rand)
	if err != nil {
		return Appointment{}, fmt.Errorf("draw an appointment id: %w", err)
	}
	a, err := o.book(ctx, Confirmation{
		Hold: h, Appointment: appointment,
		SignatureDigest: act.Digest, DocumentDigest: sha256.Sum256(document), Evidence: act.Evidence,
		Actor: Actor{Person: h.Person, Role: string(identity.RoleCitizen)},
	})
	switch CodeOf(err) {
	case "":
	case CodeSeatTaken, CodeAlreadyBooked, CodeLiveEntry:
		// The ledger's word is final: this hold can never be confirmed. Reconcile repeats this if it fails.
		if e := o.Inventory.Abandon(ctx, h.ID); e != nil {
			o.Logger.WarnContext(ctx, "abandon a refused hold", "hold", h.ID, "error", e)
		}
		return Appointment{}, err
	}
	if err != nil {
		return Appointment{}, err
	}
	if e := o.Inventory.Settle(ctx, h, a.ID); e != nil {
		o.Logger.WarnContext(ctx, "settle inline; the job will", "hold", h.ID, "appointment", a.ID, "error", e)
	}
	return a, nil
}

// referenceTries is how many references are drawn for one appointment: of 40 bits, even the second is hardly ever
// needed.
const referenceTries = 3

// book writes the confirmation under a reference that no other appointment has.
func (o *Office) book(ctx context.Context, c Confirmation) (Appointment, error) {
	var a Appointment
	for range referenceTries {
		var err error
		if c.Reference, err = o.reference(c.Hold.Consulate); err != nil {
			return Appointment{}, err
		}
		if a, err = o.Ledger.Confirm(ctx, c); !TakenReference(err) {
			return a, err
		}
	}
	return Appointment{}, Refuse(CodeUnavailable, "no reference was free")
}

// TakenReference tells that the ledger refused nothing but the reference, which the person did not choose.
func TakenReference(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == CodeInvalid && len(e.Fields) == 1 && e.Fields[0].Pointer == "/reference"
}

// confirmedBefore answers a repeated confirmation of a hold that has left the inventory.
func (o *Office) confirmedBefore(ctx context.Context, s identity.Session, id HoldID, signature []byte, gone error) (Appointment, error) {
	a, err := o.Ledger.AppointmentByHold(ctx, id)
	if CodeOf(err) == CodeAppointmentAbsent || (err == nil && a.Person != s.Person) {
		return Appointment{}, gone
	}
	if err != nil {
		return Appointment{}, err
	}
	digest, err := o.Acts.SignatureDigest(signature)
	if err != nil {
		return Appointment{}, err
	}
	if digest != a.SignatureDigest {
		return Appointment{}, Refuse(CodeAlreadyConfirmed, "this hold was confirmed with another signature")
	}
	return a, nil
}

func (o *Office) reference(c ConsulateID) (string, error) { return NewReference(o.Rand, c) }

// NewReference draws the short name of an appointment at the post, to be spoken on the telephone: "WAW-7K3M-9QXD". It
// has 40 random bits; the ledger tells whether another appointment has it already (TakenReference).
func NewReference(random io.Reader, c ConsulateID) (string, error) {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("draw a reference: %w", err)
	}
	for i := range b {
		b[i] = referenceAlphabet[b[i]&31]
	}
	return fmt.Sprintf("%s-%s-%s", strings.ToUpper(string(c)), b[:4], b[4:]), nil
}
