package pgstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// Confirm books the hold's seat, or returns the appointment that the same hold and signature booked before. It
// waits for its batch. When ctx ends first the outcome is unknown: ask again, or by AppointmentByHold.
//
// Refusals: CodeSeatTaken, CodeAlreadyBooked, CodeSignatureReused, CodeAlreadyConfirmed; CodeInvalid when a part
// of the confirmation is missing, or with the pointer /reference when that reference is in use (choose another).
func (s *Store) Confirm(ctx context.Context, c booking.Confirmation) (booking.Appointment, error) {
	if err := complete(c); err != nil {
		return booking.Appointment{}, err
	}
	if err := ctx.Err(); err != nil {
		return booking.Appointment{}, mapError("confirm", err)
	}
	return s.submit(ctx, c)
}

func complete(c booking.Confirmation) error {
	var fields []booking.FieldError
	need := func(ok bool, pointer string) {
		if !ok {
			fields = append(fields, booking.FieldError{Pointer: pointer, Code: "missing", Detail: "is required"})
		}
	}
	need(c.Hold.ID != "", "/hold/id")
	need(c.Hold.Seat != "", "/hold/seat")
	need(c.Hold.Nonce != "", "/hold/nonce")
	need(c.Hold.Person != uuid.Nil, "/hold/person")
	need(c.Hold.Applicant != uuid.Nil, "/hold/applicant")
	need(c.Appointment != uuid.Nil, "/appointment")
	need(c.Reference != "", "/reference")
	need(c.SignatureDigest != [32]byte{}, "/signatureDigest")
	need(c.DocumentDigest != [32]byte{}, "/documentDigest")
	need(len(c.Evidence) > 0, "/evidence")
	if fields == nil {
		return nil
	}
	return &booking.Error{Code: booking.CodeInvalid, Detail: "the confirmation is incomplete", Fields: fields}
}

// errConflict says that something in the batch was taken already; the transaction was rolled back.
var errConflict = errors.New("a claim was taken already")

// answer gives every request of a batch its verdict.
func (s *Store) answer(ctx context.Context, batch []*request) {
	cs := make([]booking.Confirmation, len(batch))
	for i, r := range batch {
		cs[i] = r.Of
	}
	for i, v := range s.confirmBatch(ctx, cs) {
		batch[i].Answer(v.appointment, v.err)
	}
}

// confirmBatch judges every confirmation. A confirmation that arrives here has a pinned hold and nearly always wins, so
// the batch is first written without asking; after a conflict it is judged on the facts; and when it fails for a
// reason of its content it is redone row by row, so that one bad row costs the others time and nothing else.
func (s *Store) confirmBatch(ctx context.Context, batch []booking.Confirmation) []verdict {
	verdicts, err := s.tryConfirm(ctx, batch, trust)
	for i := 0; errors.Is(err, errConflict) && i < maxAttempts; i++ {
		verdicts, err = s.tryConfirm(ctx, batch, gather)
		if len(batch) > 1 {
			break
		}
	}
	switch {
	case err == nil:
	case len(batch) == 1 || booking.CodeOf(err) == booking.CodeUnavailable || ctx.Err() != nil:
		return slices.Repeat([]verdict{{err: err}}, len(batch))
	default:
		s.log.LogAttrs(ctx, slog.LevelWarn, "confirming row by row", slog.Int("batch", len(batch)), slog.Any("cause", err))
		verdicts = nil
		for i := range batch {
			verdicts = append(verdicts, s.confirmBatch(ctx, batch[i:i+1])...)
		}
	}
	return verdicts
}

// inquiry reads what speaks against a batch. It locks the seats first.
type inquiry func(ctx context.Context, q *rows.Queries, batch []booking.Confirmation) (evidence, error)

// tryConfirm judges and writes a batch in one transaction: all verdicts, or an error and nothing written.
func (s *Store) tryConfirm(ctx context.Context, batch []booking.Confirmation, ask inquiry) ([]verdict, error) {
	var verdicts []verdict
	err := s.write(ctx, "confirm", func(tx pgx.Tx, q *rows.Queries) error {
		e, err := ask(ctx, q, batch)
		if err != nil {
			return err
		}
		verdicts, err = s.carryOut(ctx, tx, q, batch, judge(batch, e))
		return err
	})
	return verdicts, err
}

// trust locks the seats and takes it that nothing else speaks against the batch. A seat that is not open says
// nothing yet about who was first, so it is a conflict.
func trust(ctx context.Context, q *rows.Queries, batch []booking.Confirmation) (evidence, error) {
	ids := make([]string, len(batch))
	for i, r := range batch {
		ids[i] = string(r.Hold.Seat)
	}
	e := evidence{facts: make([]rows.ConfirmFactsRow, len(batch))}
	var err error
	if e.seats, err = lockSeats(ctx, q, ids); err != nil {
		return evidence{}, err
	}
	for _, r := range batch {
		if !bookable(e.seats[string(r.Hold.Seat)], r.Hold) {
			return evidence{}, errConflict
		}
	}
	return e, nil
}

// gather locks the seats first and reads the rest after: what it reads is then true until the commit, but for
// claims of persons and names, which InsertConfirmed checks again.
func gather(ctx context.Context, q *rows.Queries, batch []booking.Confirmation) (evidence, error) {
	ask := factsFor(batch)
	e := evidence{facts: make([]rows.ConfirmFactsRow, len(batch)), known: map[string]booking.Appointment{}}
	var err error
	if e.seats, err = lockSeats(ctx, q, ask.Seats); err != nil {
		return evidence{}, err
	}
	facts, err := q.ConfirmFacts(ctx, ask)
	if err != nil {
		return evidence{}, fmt.Errorf("read the facts: %w", err)
	}
	var confirmed []string
	for _, f := range facts {
		e.facts[f.N] = f
		if f.Confirmed {
			confirmed = append(confirmed, ask.Holds[f.N])
		}
	}
	if confirmed == nil {
		return e, nil
	}
	earlier, err := q.AppointmentsByHolds(ctx, confirmed)
	if err != nil {
		return evidence{}, fmt.Errorf("read earlier confirmations: %w", err)
	}
	for _, row := range earlier {
		e.known[row.HoldID] = appointmentOf(row)
	}
	return e, nil
}

func lockSeats(ctx context.Context, q *rows.Queries, ids []string) (map[string]rows.LockSeatsRow, error) {
	locked, err := q.LockSeats(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("lock the seats: %w", err)
	}
	out := make(map[string]rows.LockSeatsRow, len(locked))
	for _, row := range locked {
		out[row.ID] = row
	}
	return out, nil
}

func factsFor(batch []booking.Confirmation) rows.ConfirmFactsParams {
	var p rows.ConfirmFactsParams
	for i, r := range batch {
		p.Holds = append(p.Holds, string(r.Hold.ID))
		p.Seats = append(p.Seats, string(r.Hold.Seat))
		p.Applicants = append(p.Applicants, r.Hold.Applicant)
		p.Grps = append(p.Grps, string(r.Hold.Group))
		p.Signatures = append(p.Signatures, r.SignatureDigest[:])
		p.Nonces = append(p.Nonces, r.Hold.Nonce)
		p.ReferenceNames = append(p.ReferenceNames, r.Reference)
		p.Appointments = append(p.Appointments, r.Appointment)
		p.Numbers = append(p.Numbers, int64(i))
	}
	return p
}

// carryOut writes the winners with their events and jobs and turns every sentence into a verdict.
func (s *Store) carryOut(ctx context.Context, tx pgx.Tx, q *rows.Queries, batch []booking.Confirmation, sentences []sentence) ([]verdict, error) {
	verdicts := make([]verdict, len(batch))
	var winners []int
	for i, sent := range sentences {
		switch {
		case sent.write:
			winners = append(winners, i)
		case sent.refusal != nil:
			verdicts[i].err = sent.refusal
		case sent.existing != nil:
			verdicts[i].appointment = *sent.existing
		}
	}
	if len(winners) > 0 {
		if err := s.book(ctx, tx, q, batch, winners, verdicts); err != nil {
			return nil, err
		}
	}
	for i, sent := range sentences {
		if sent.twin >= 0 {
			verdicts[i].appointment = verdicts[sent.twin].appointment
		}
	}
	return verdicts, nil
}

func (s *Store) book(ctx context.Context, tx pgx.Tx, q *rows.Queries, batch []booking.Confirmation, winners []int, verdicts []verdict) error {
	written, err := q.InsertConfirmed(ctx, writesFor(batch, winners))
	if err != nil {
		return fmt.Errorf("write the appointments: %w", err)
	}
	if len(written) != len(winners) {
		return errConflict
	}
	booked := make(map[uuid.UUID]rows.InsertConfirmedRow, len(written))
	for _, row := range written {
		booked[row.ID] = row
	}
	record := make([]booking.Event, 0, len(winners))
	ids := make([]uuid.UUID, 0, len(winners))
	for _, i := range winners {
		a := bookedAppointment(batch[i])
		a.BookedAt = booked[a.ID].BookedAt.UTC()
		verdicts[i].appointment = a
		ids = append(ids, a.ID)
		record = append(record, eventOf(booking.EventBooked, batch[i].Actor, a, map[string]string{"service": string(a.Service)}))
	}
	if err := s.record(ctx, q, record); err != nil {
		return err
	}
	return s.enqueue(ctx, tx, booking.EventBooked, ids...)
}

func bookedAppointment(c booking.Confirmation) booking.Appointment {
	return booking.Appointment{
		ID: c.Appointment, Reference: c.Reference, State: booking.AppointmentBooked, Hold: c.Hold.ID,
		Consulate: c.Hold.Consulate, Group: c.Hold.Group, Service: c.Hold.Service, Seat: c.Hold.Seat,
		Start: c.Hold.Start.UTC(), Minutes: c.Hold.Minutes, Person: c.Hold.Person, Applicant: c.Hold.Applicant,
		SignatureDigest: c.SignatureDigest,
	}
}

func writesFor(batch []booking.Confirmation, winners []int) rows.InsertConfirmedParams {
	var p rows.InsertConfirmedParams
	for _, i := range winners {
		r := batch[i]
		p.Ids = append(p.Ids, r.Appointment)
		p.ReferenceNames = append(p.ReferenceNames, r.Reference)
		p.Holds = append(p.Holds, string(r.Hold.ID))
		p.Consulates = append(p.Consulates, string(r.Hold.Consulate))
		p.Grps = append(p.Grps, string(r.Hold.Group))
		p.Services = append(p.Services, string(r.Hold.Service))
		p.Seats = append(p.Seats, string(r.Hold.Seat))
		p.Starts = append(p.Starts, r.Hold.Start)
		p.Minutes = append(p.Minutes, int32(r.Hold.Minutes))
		p.Persons = append(p.Persons, r.Hold.Person)
		p.Applicants = append(p.Applicants, r.Hold.Applicant)
		p.Signatures = append(p.Signatures, r.SignatureDigest[:])
		p.Documents = append(p.Documents, r.DocumentDigest[:])
		p.Evidences = append(p.Evidences, r.Evidence)
		p.Nonces = append(p.Nonces, r.Hold.Nonce)
	}
	return p
}
