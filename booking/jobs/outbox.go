package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"chesna/booking"
)

// Schema is the PostgreSQL schema of River's tables.
const Schema = "booking"

// SettleArgs asks to settle the hold that became the appointment, if it is still in the inventory.
type SettleArgs struct {
	Appointment uuid.UUID `json:"appointment"`
}

// Kind names the job.
func (SettleArgs) Kind() string { return "settle" }

// ForgetArgs asks to let the applicant of an ended appointment hold again.
type ForgetArgs struct {
	Appointment uuid.UUID `json:"appointment"`
}

// Kind names the job.
func (ForgetArgs) Kind() string { return "forget" }

// NotifyArgs asks to tell the person what happened to her appointment; Event is a booking.EventType.
type NotifyArgs struct {
	Event       string    `json:"event"`
	Appointment uuid.UUID `json:"appointment"`
}

// Kind names the job.
func (NotifyArgs) Kind() string { return "notify" }

// Outbox writes jobs inside the ledger's transactions. It does not work them: see Service. Safe for concurrent
// use.
type Outbox struct {
	client *river.Client[pgx.Tx]
}

// NewOutbox makes an outbox; it needs no connection of its own.
func NewOutbox(log *slog.Logger) (*Outbox, error) {
	client, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: Schema, Logger: log})
	if err != nil {
		return nil, fmt.Errorf("make the outbox: %w", err)
	}
	return &Outbox{client: client}, nil
}

// Enqueue writes what must follow an event of each appointment: a notice, and the inventory's share (settle
// after booking, forget after an end). It does nothing for other events.
func (o *Outbox) Enqueue(ctx context.Context, tx pgx.Tx, what booking.EventType, appointments []uuid.UUID) error {
	var params []river.InsertManyParams
	for _, id := range appointments {
		switch what {
		case booking.EventBooked:
			params = append(params, river.InsertManyParams{Args: SettleArgs{Appointment: id}})
		case booking.EventCancelled, booking.EventOutcome, booking.EventLapsed:
			params = append(params, river.InsertManyParams{Args: ForgetArgs{Appointment: id}})
		case booking.EventDisplaced:
		default:
			continue
		}
		params = append(params, river.InsertManyParams{Args: NotifyArgs{Event: string(what), Appointment: id}})
	}
	if len(params) == 0 {
		return nil
	}
	if _, err := o.client.InsertManyFastTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(params), err)
	}
	return nil
}
