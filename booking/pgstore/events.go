package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/pgstore/rows"
)

// eventOf makes the event of a change of an appointment; it belongs to the record of who signed for it.
func eventOf(t booking.EventType, by booking.Actor, a booking.Appointment, data map[string]string) booking.Event {
	return booking.Event{
		Type: t, Actor: by, Subject: a.Person, Appointment: a.ID, Consulate: a.Consulate, Seat: a.Seat, Data: data,
	}
}

// seatEvent makes the event of a change of a seat alone.
func seatEvent(t booking.EventType, by booking.Actor, c booking.ConsulateID, seat booking.SeatID, data map[string]string) booking.Event {
	return booking.Event{Type: t, Actor: by, Consulate: c, Seat: seat, Data: data}
}

// record writes events in their order; see Record.
func (s *Store) record(ctx context.Context, q *rows.Queries, events []booking.Event) error {
	return record(ctx, q, s.random, events)
}

func record(ctx context.Context, q *rows.Queries, from io.Reader, events []booking.Event) error {
	if len(events) == 0 {
		return nil
	}
	random := make([]byte, 32*len(events))
	if _, err := io.ReadFull(from, random); err != nil {
		return fmt.Errorf("draw random bytes: %w", err)
	}
	var p rows.InsertEventsParams
	for i, e := range events {
		id, err := uuid.NewRandomFromReader(from)
		if err != nil {
			return fmt.Errorf("draw random bytes: %w", err)
		}
		data, err := eventData(e.Data)
		if err != nil {
			return err
		}
		p.Ids = append(p.Ids, id)
		p.Types = append(p.Types, string(e.Type))
		p.Actors = append(p.Actors, e.Actor.Person)
		p.ActorRoles = append(p.ActorRoles, e.Actor.Role)
		p.Subjects = append(p.Subjects, e.Subject)
		p.Appointments = append(p.Appointments, e.Appointment)
		p.Consulates = append(p.Consulates, string(e.Consulate))
		p.Seats = append(p.Seats, string(e.Seat))
		p.Datas = append(p.Datas, data)
		p.Blinds = append(p.Blinds, random[32*i:32*i+32])
	}
	if err := q.InsertEvents(ctx, p); err != nil {
		return fmt.Errorf("write the events: %w", err)
	}
	return nil
}

func eventData(data map[string]string) (string, error) {
	if len(data) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("encode an event: %w", err)
	}
	return string(b), nil
}

// EventsOf lists the person's record of actions, newest first; limit is at least 1 and at most 1000.
func (s *Store) EventsOf(ctx context.Context, person uuid.UUID, limit int) ([]booking.Event, error) {
	found, err := s.query.EventsOf(ctx, rows.EventsOfParams{Subject: person, MaxRows: clamp(limit, 1000)})
	if err != nil {
		return nil, mapError("list events", err)
	}
	out := make([]booking.Event, len(found))
	for i, r := range found {
		out[i] = booking.Event{
			Seq: r.Seq, ID: r.ID, At: r.At.UTC(), Type: booking.EventType(r.Type),
			Actor:   booking.Actor{Person: r.Actor.UUID, Role: r.ActorRole},
			Subject: r.Subject.UUID, Appointment: r.Appointment.UUID,
			Consulate: booking.ConsulateID(r.Consulate), Seat: booking.SeatID(r.Seat),
		}
		if err := json.Unmarshal(r.Data, &out[i].Data); err != nil {
			return nil, fmt.Errorf("read an event: %w", err)
		}
	}
	return out, nil
}

// clamp keeps a caller's limit between 1 and most.
func clamp(limit, most int) int32 { return int32(min(max(limit, 1), most)) }
