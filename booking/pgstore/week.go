package pgstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// Week returns the week in force with its seats that are not withdrawn; revision 0 when it was never published.
func (s *Store) Week(ctx context.Context, c booking.ConsulateID, isoWeek string) (booking.PublishedWeek, error) {
	var out booking.PublishedWeek
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := s.inTx(ctx, "read a week", opts, func(_ pgx.Tx, q *rows.Queries) error {
		var err error
		out, err = readWeek(ctx, q, c, isoWeek)
		return err
	})
	return out, err
}

func readWeek(ctx context.Context, q *rows.Queries, c booking.ConsulateID, isoWeek string) (booking.PublishedWeek, error) {
	out := booking.PublishedWeek{Consulate: c, ISOWeek: isoWeek}
	current, err := q.CurrentWeek(ctx, rows.CurrentWeekParams{Consulate: string(c), IsoWeek: isoWeek})
	if errors.Is(err, pgx.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Revision, out.Plan, out.Reason, out.UpdatedAt = current.Revision, current.Plan, current.Reason, current.PublishedAt.UTC()
	seats, err := q.SeatsOfWeek(ctx, rows.SeatsOfWeekParams{Consulate: string(c), IsoWeek: isoWeek})
	for _, r := range seats {
		out.Seats = append(out.Seats, seatOf(rows.OpenSeatsRow(r)))
	}
	return out, err
}

// PublishWeek applies a diff. Removing comes before adding, so that a seat can be removed and added again in
// another pool or group by one change. A seat that is displaced already may be removed again without effect.
// Refusals: CodeStale, CodeSeatsTaken with the seats (also when one to be added is in a draw now), CodeInvalid (seats of another post, unknown, overlapping or
// there already).
func (s *Store) PublishWeek(ctx context.Context, p booking.WeekChange) (booking.PublishedWeek, error) {
	if p.ReopenAt != nil && len(p.ReopenAt) != len(p.Add) {
		return booking.PublishedWeek{}, errors.New("publish a week: one time to re-open for each added seat is needed")
	}
	for i, seat := range p.Add {
		if seat.Consulate != p.Consulate || seat.Minutes <= 0 {
			return booking.PublishedWeek{}, invalidField("/add/"+strconv.Itoa(i), "invalid", "a seat of another post, or without length")
		}
	}
	var out booking.PublishedWeek
	err := s.write(ctx, "publish a week", func(tx pgx.Tx, q *rows.Queries) error {
		if err := nextRevision(ctx, q, p); err != nil {
			return err
		}
		removal, err := sortOut(ctx, q, p)
		if err != nil {
			return err
		}
		events, err := removal.apply(ctx, q, p)
		if err != nil {
			return err
		}
		added, err := addSeats(ctx, q, p)
		if err != nil {
			return err
		}
		week := booking.Event{Type: booking.EventWeek, Actor: p.Actor, Consulate: p.Consulate, Data: map[string]string{
			"week": p.ISOWeek, "revision": strconv.FormatInt(p.Expected+1, 10), "added": strconv.Itoa(len(p.Add)),
			"withdrawn": strconv.Itoa(len(removal.withdraw)), "displaced": strconv.Itoa(len(removal.displace)),
			"belowMinimum": strconv.FormatBool(p.Reason != ""),
		}}
		if err := s.record(ctx, q, append(append([]booking.Event{week}, events...), added...)); err != nil {
			return err
		}
		if err := s.enqueue(ctx, tx, booking.EventDisplaced, removal.appointments...); err != nil {
			return err
		}
		out, err = readWeek(ctx, q, p.Consulate, p.ISOWeek)
		return err
	})
	return out, err
}

// nextRevision writes the new revision; its primary key lets one of several publishers through.
func nextRevision(ctx context.Context, q *rows.Queries, p booking.WeekChange) error {
	stale := booking.Refuse(booking.CodeStale, "the week has been published by someone else meanwhile")
	current, err := q.CurrentWeek(ctx, rows.CurrentWeekParams{Consulate: string(p.Consulate), IsoWeek: p.ISOWeek})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if current.Revision != p.Expected {
		return stale
	}
	plan := p.Plan
	if plan == nil {
		plan = []byte{}
	}
	_, err = q.InsertWeek(ctx, rows.InsertWeekParams{
		Consulate: string(p.Consulate), IsoWeek: p.ISOWeek, Revision: p.Expected + 1, Plan: plan, Reason: p.Reason,
		Evidence: p.Evidence, Actor: uuid.NullUUID{UUID: p.Actor.Person, Valid: p.Actor.Person != uuid.Nil},
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return stale
	}
	return err
}

// removal is what becomes of the seats that a change takes away.
type removal struct {
	withdraw, displace []string
	appointments       []uuid.UUID // displaced by apply
}

// sortOut locks the seats to be removed and decides about each, or refuses with the seats that someone has.
func sortOut(ctx context.Context, q *rows.Queries, p booking.WeekChange) (*removal, error) {
	ids := make([]string, len(p.Remove))
	for i, id := range p.Remove {
		ids[i] = string(id)
	}
	locked, err := q.LockSeats(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("lock the seats: %w", err)
	}
	found := make(map[string]bool, len(locked))
	r := &removal{}
	var taken []booking.SeatID
	for _, row := range locked {
		if row.Consulate != string(p.Consulate) {
			continue
		}
		found[row.ID] = true
		switch booking.SeatState(row.State) {
		case booking.SeatPlanned, booking.SeatInDraw, booking.SeatOpen, booking.SeatReturned:
			r.withdraw = append(r.withdraw, row.ID)
		case booking.SeatWithdrawn, booking.SeatDisplaced:
		case booking.SeatBooked:
			if p.Displace {
				r.displace = append(r.displace, row.ID)
				continue
			}
			taken = append(taken, booking.SeatID(row.ID))
		default:
			taken = append(taken, booking.SeatID(row.ID))
		}
	}
	for i, id := range ids {
		if !found[id] {
			return nil, invalidField("/remove/"+strconv.Itoa(i), "unknown", "no such seat at this post")
		}
	}
	if taken != nil {
		return nil, &booking.Error{Code: booking.CodeSeatsTaken, Detail: "seats that someone has cannot vanish", Seats: taken}
	}
	return r, nil
}

// apply withdraws and displaces; the appointments of displaced seats keep their claims.
func (r *removal) apply(ctx context.Context, q *rows.Queries, p booking.WeekChange) ([]booking.Event, error) {
	var events []booking.Event
	if len(r.withdraw) > 0 {
		gone, err := q.WithdrawSeats(ctx, r.withdraw)
		if err != nil {
			return nil, fmt.Errorf("withdraw seats: %w", err)
		}
		for _, id := range gone {
			events = append(events, seatEvent(booking.EventSeatRemoved, p.Actor, p.Consulate, booking.SeatID(id), nil))
		}
	}
	if len(r.displace) == 0 {
		return events, nil
	}
	if _, err := q.DisplaceSeats(ctx, r.displace); err != nil {
		return nil, fmt.Errorf("displace seats: %w", err)
	}
	moved, err := q.DisplaceAppointments(ctx, r.displace)
	if err != nil {
		return nil, fmt.Errorf("displace appointments: %w", err)
	}
	for _, row := range moved {
		r.appointments = append(r.appointments, row.ID)
		events = append(events, eventOf(booking.EventDisplaced, p.Actor, appointmentOf(row), nil))
	}
	if len(moved) != len(r.displace) {
		return nil, errors.New("a booked seat has no appointment")
	}
	return events, nil
}

// firstState is where a published seat of a pool begins.
func firstState(p booking.WeekChange, pool booking.Pool) booking.SeatState {
	if pool == booking.PoolOpen && p.OpensAt.IsZero() {
		return booking.SeatOpen
	}
	return booking.SeatPlanned
}

// awaitOpening ties fresh seats of the open pool to the opening that they wait for; see booking/opening.
func awaitOpening(ctx context.Context, q *rows.Queries, p booking.WeekChange) error {
	if p.OpensAt.IsZero() {
		return nil
	}
	plan := rows.PlanOpeningsParams{Consulate: string(p.Consulate), IsoWeek: p.ISOWeek, OpensAt: p.OpensAt}
	var seats []string
	for _, seat := range p.Add {
		if seat.Pool == booking.PoolOpen {
			seats = append(seats, string(seat.ID))
			plan.Openings = append(plan.Openings, string(booking.NewOpeningID(p.Consulate, seat.Group, p.OpensAt)))
			plan.Grps = append(plan.Grps, string(seat.Group))
		}
	}
	if len(seats) == 0 {
		return nil
	}
	if err := q.PlanOpenings(ctx, plan); err != nil {
		return fmt.Errorf("plan openings: %w", err)
	}
	if err := q.AwaitOpenings(ctx, rows.AwaitOpeningsParams{Seats: seats, Openings: plan.Openings}); err != nil {
		return fmt.Errorf("tie seats to their opening: %w", err)
	}
	return nil
}

// addSeats brings back what somebody had before as returned, and adds the others in their pool's first state.
func addSeats(ctx context.Context, q *rows.Queries, p booking.WeekChange) ([]booking.Event, error) {
	if len(p.Add) == 0 {
		return nil, nil
	}
	all := newSeats(p)
	drawn, err := q.SeatsInDraws(ctx, all.Ids)
	if err != nil {
		return nil, fmt.Errorf("look for seats in draws: %w", err)
	}
	if len(drawn) > 0 {
		e := booking.Refuse(booking.CodeSeatsTaken, "a withdrawn seat can be published again when its draw is over")
		for _, id := range drawn {
			e.Seats = append(e.Seats, booking.SeatID(id))
		}
		return nil, e
	}
	back, err := q.BringBackSeats(ctx, rows.BringBackSeatsParams{
		Consulate: all.Consulate, IsoWeek: all.IsoWeek, Ids: all.Ids, Counters: all.Counters, Grps: all.Grps,
		Pools: all.Pools, Froms: all.Froms, Tos: all.Tos, Minutes: all.Minutes, Reopens: reopensOf(p),
	})
	if err != nil {
		return nil, fmt.Errorf("bring seats back: %w", err)
	}
	fresh := p
	fresh.Add = slices.DeleteFunc(slices.Clone(p.Add), func(s booking.Seat) bool { return slices.Contains(back, string(s.ID)) })
	added, err := q.AddSeats(ctx, newSeats(fresh))
	if err != nil {
		return nil, fmt.Errorf("add seats: %w", err)
	}
	if added = append(added, back...); len(added) != len(p.Add) {
		return nil, invalidField("/add", "exists", "a seat to be added is there already")
	}
	if err := awaitOpening(ctx, q, fresh); err != nil {
		return nil, err
	}
	events := make([]booking.Event, len(added))
	for i, id := range added {
		events[i] = seatEvent(booking.EventSeatAdded, p.Actor, p.Consulate, booking.SeatID(id), nil)
	}
	return events, nil
}

func newSeats(p booking.WeekChange) rows.AddSeatsParams {
	a := rows.AddSeatsParams{Consulate: string(p.Consulate), IsoWeek: p.ISOWeek}
	for _, seat := range p.Add {
		a.Ids = append(a.Ids, string(seat.ID))
		a.Counters = append(a.Counters, string(seat.Counter))
		a.Grps = append(a.Grps, string(seat.Group))
		a.Pools = append(a.Pools, string(seat.Pool))
		a.Froms = append(a.Froms, seat.Start)
		a.Tos = append(a.Tos, seat.End())
		a.Minutes = append(a.Minutes, int32(seat.Minutes))
		a.States = append(a.States, string(firstState(p, seat.Pool)))
	}
	return a
}

// reopensOf has a time for each added seat: the zero time where the change names none.
func reopensOf(p booking.WeekChange) []time.Time {
	if p.ReopenAt == nil {
		return make([]time.Time, len(p.Add))
	}
	return p.ReopenAt
}
