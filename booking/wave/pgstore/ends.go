package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	bookingstore "chesna/booking/pgstore"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// ExpireOffers ends open offers whose time is over, at most limit (1000), and pauses persons with two unsigned offers in a
// group. Several callers share the work.
func (s *Store) ExpireOffers(ctx context.Context, pause time.Duration, limit int) (int, error) {
	n := 0
	err := s.write(ctx, "end offers", func(w *work) error {
		n = 0
		if err := s.tell(ctx, w); err != nil {
			return err
		}
		due, err := w.OffersDue(ctx, rows.OffersDueParams{NowAt: w.now, MaxRows: clamp(limit, 1000)})
		if err != nil || len(due) == 0 {
			return err
		}
		n = len(due)
		if err := s.endOffers(ctx, w, due, booking.System(), wave.OfferExpired); err != nil {
			return err
		}
		return s.pauseUnsigned(ctx, w, due, pause)
	})
	return n, err
}

// pauseUnsigned pauses the persons whom two offers named that nobody signed, since they were last paused for it.
func (s *Store) pauseUnsigned(ctx context.Context, w *work, ended []rows.BookingOffer, pause time.Duration) error {
	ids := make([]uuid.UUID, len(ended))
	for i, o := range ended {
		ids[i] = o.ID
	}
	unsigned, err := w.UnsignedOffers(ctx, ids)
	if err != nil {
		return fmt.Errorf("count unsigned offers: %w", err)
	}
	if len(unsigned) == 0 || pause <= 0 {
		return nil
	}
	p := rows.PauseEntriesParams{Until: w.now.Add(pause), Reason: "unsigned-offers", At: w.now}
	var events []booking.Event
	for _, r := range unsigned {
		p.Applicants = append(p.Applicants, r.Person)
		p.Grps = append(p.Grps, r.Grp)
		events = append(events, pausedEvent(r.Person, "", r.Grp, p.Reason, p.Until))
	}
	if err := w.PauseEntries(ctx, p); err != nil {
		return fmt.Errorf("pause online entry: %w", err)
	}
	if err := w.CountUnsigned(ctx, rows.CountUnsignedParams{Persons: p.Applicants, Grps: p.Grps}); err != nil {
		return fmt.Errorf("count unsigned offers: %w", err)
	}
	return s.record(ctx, w, events)
}

func pausedEvent(who uuid.UUID, c booking.ConsulateID, group, reason string, until time.Time) booking.Event {
	return booking.Event{
		Type: booking.EventPaused, Actor: booking.System(), Subject: who, Consulate: c,
		Data: map[string]string{"group": group, "reason": reason, "until": until.UTC().Format(time.RFC3339)},
	}
}

// fault sets the applicant's weight back to 1 and pauses her online entry (0: not); it returns what is to be recorded.
func (s *Store) fault(ctx context.Context, w *work, applicant uuid.UUID, consulate, group, reason string, pause time.Duration) ([]booking.Event, error) {
	who := []uuid.UUID{applicant}
	if err := w.ResetStandings(ctx, rows.ResetStandingsParams{Grp: group, At: w.now, Reason: reason, Applicants: who}); err != nil {
		return nil, fmt.Errorf("reset the weight: %w", err)
	}
	if pause <= 0 {
		return nil, nil
	}
	until := w.now.Add(pause)
	if err := w.PauseEntries(ctx, rows.PauseEntriesParams{Until: until, Reason: reason, At: w.now, Applicants: who, Grps: []string{group}}); err != nil {
		return nil, fmt.Errorf("pause online entry: %w", err)
	}
	return []booking.Event{pausedEvent(applicant, booking.ConsulateID(consulate), group, reason, until)}, nil
}

// endOffers ends locked open offers without a signature: their seats are returned for a later draw, their claims deleted.
func (s *Store) endOffers(ctx context.Context, w *work, offers []rows.BookingOffer, by booking.Actor, state wave.OfferState) error {
	ids := make([]uuid.UUID, len(offers))
	var events []booking.Event
	for i, o := range offers {
		ids[i] = o.ID
		events = append(events, offerEnded(o, by, state))
	}
	returned, err := w.ReturnOffered(ctx, ids)
	if err != nil {
		return fmt.Errorf("return the seats: %w", err)
	}
	for _, r := range returned {
		events = append(events, seatEvent(booking.EventSeatBack, booking.ConsulateID(r.Consulate), r.ID, "offer-"+string(state)))
	}
	if err := w.ReleaseSeats(ctx, ids); err != nil {
		return fmt.Errorf("free the seats: %w", err)
	}
	if err := w.ReleasePersons(ctx, ids); err != nil {
		return fmt.Errorf("free the persons: %w", err)
	}
	if err := w.EndOffers(ctx, rows.EndOffersParams{State: string(state), At: w.now, Ids: ids}); err != nil {
		return fmt.Errorf("end the offers: %w", err)
	}
	if state == wave.OfferExpired {
		for _, id := range ids {
			if err := s.jobs.Offer(ctx, w.tx, id, string(state)); err != nil {
				return fmt.Errorf("write the outbox: %w", err)
			}
		}
	}
	return s.record(ctx, w, events)
}

func offerEnded(o rows.BookingOffer, by booking.Actor, state wave.OfferState) booking.Event {
	return booking.Event{
		Type: booking.EventOfferEnded, Actor: by, Subject: o.Declarer, Consulate: booking.ConsulateID(o.Consulate),
		Data: map[string]string{"offer": o.ID.String(), "wave": o.Wave, "group": o.Grp, "state": string(state)},
	}
}

// DeclineOffer ends an open offer at its declarer's wish: CodeOfferAbsent, CodeOfferEnded. Declining a declined offer
// answers it again.
func (s *Store) DeclineOffer(ctx context.Context, id, declarer uuid.UUID, by booking.Actor) (wave.Offer, error) {
	var out wave.Offer
	err := s.write(ctx, "decline an offer", func(w *work) error {
		offer, err := s.lockOffer(ctx, w, id, declarer)
		if err != nil {
			return err
		}
		switch {
		case offer.State == string(wave.OfferDeclined):
		case offer.State != string(wave.OfferOpen) || !w.now.Before(offer.Until):
			return booking.Refuse(booking.CodeOfferEnded, "the offer has ended")
		default:
			if err := s.endOffers(ctx, w, []rows.BookingOffer{offer}, by, wave.OfferDeclined); err != nil {
				return err
			}
			if offer, err = w.OfferByID(ctx, id); err != nil {
				return err
			}
		}
		list, err := offersOf(ctx, w.Queries, []rows.BookingOffer{offer})
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}

// Offer returns one offer or CodeOfferAbsent.
func (s *Store) Offer(ctx context.Context, id uuid.UUID) (wave.Offer, error) {
	var out wave.Offer
	err := s.read(ctx, "read an offer", func(q *rows.Queries) error {
		found, err := q.OfferByID(ctx, id)
		if found, err = absent(found, err, booking.CodeOfferAbsent, "no such offer"); err != nil {
			return err
		}
		list, err := offersOf(ctx, q, []rows.BookingOffer{found})
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}

// OffersOf lists the declarer's offers, newest first, at most 200.
func (s *Store) OffersOf(ctx context.Context, declarer uuid.UUID) ([]wave.Offer, error) {
	var out []wave.Offer
	err := s.read(ctx, "list a person's offers", func(q *rows.Queries) error {
		found, err := q.OffersOf(ctx, declarer)
		if err == nil {
			out, err = offersOf(ctx, q, found)
		}
		return err
	})
	return out, err
}

func offersOf(ctx context.Context, q *rows.Queries, found []rows.BookingOffer) ([]wave.Offer, error) {
	out := make([]wave.Offer, len(found))
	ids := make([]uuid.UUID, len(found))
	byID := map[uuid.UUID]*wave.Offer{}
	for i, r := range found {
		ids[i], byID[r.ID] = r.ID, &out[i]
		out[i] = wave.Offer{
			ID: r.ID, Wave: wave.ID(r.Wave), Entry: wave.ID(r.EntryWave), Declarer: r.Declarer, Consulate: booking.ConsulateID(r.Consulate),
			Group: booking.GroupID(r.Grp), State: wave.OfferState(r.State), Until: r.Until.UTC(), Reschedules: r.Reschedules.UUID,
			MadeAt: r.MadeAt.UTC(), EndedAt: orZero(r.EndedAt),
		}
	}
	seats, err := q.SeatsOfOffers(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the offered seats: %w", err)
	}
	for _, r := range seats {
		o := byID[r.Offer]
		seat := booking.Seat{
			ID: booking.SeatID(r.ID), Consulate: booking.ConsulateID(r.Consulate), Counter: booking.CounterID(r.Counter),
			Group: booking.GroupID(r.Grp), Pool: booking.Pool(r.Pool), Start: r.StartAt.UTC(), Minutes: int(r.Minutes), State: booking.SeatState(r.State),
		}
		o.Seats = append(o.Seats, wave.OfferedSeat{Seat: seat, Applicant: r.Applicant, Service: booking.ServiceID(r.Service)})
		if r.Appointment.Valid {
			o.Appointments = append(o.Appointments, r.Appointment.UUID)
		}
	}
	return out, nil
}

// Finish moves drawn waves without open offers to finished, and ends the live entries of families whose last seat has begun,
// at most limit (1000) of each; it returns how many waves and families.
func (s *Store) Finish(ctx context.Context, limit int) (int, error) {
	n := 0
	err := s.write(ctx, "finish waves", func(w *work) error {
		if err := s.tell(ctx, w); err != nil {
			return err
		}
		done, err := w.FinishWaves(ctx, clamp(limit, 1000))
		n = len(done)
		return err
	})
	if err != nil {
		return 0, err
	}
	now, err := s.time(ctx, s.query)
	if err != nil {
		return n, bookingstore.MapError("ask the time", err)
	}
	past, err := s.query.PastFamilies(ctx, rows.PastFamiliesParams{NowAt: now, MaxRows: clamp(limit, 1000)})
	if err != nil {
		return n, bookingstore.MapError("look for families that are past", err)
	}
	for _, family := range past {
		if err := s.endFamily(ctx, family); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// endFamily ends the live entries of a family; nobody enters or leaves it meanwhile.
func (s *Store) endFamily(ctx context.Context, family string) error {
	return s.write(ctx, "end a family's entries", func(w *work) error {
		if err := w.LockFamily(ctx, family); err != nil {
			return fmt.Errorf("wait for running entries: %w", err)
		}
		ended, err := w.EndFamilies(ctx, []string{family})
		if err != nil {
			return err
		}
		var drop rows.DropClaimsParams
		var events []booking.Event
		for _, r := range ended {
			drop.Waves = append(drop.Waves, r.Wave)
			drop.Declarers = append(drop.Declarers, r.Declarer)
			events = append(events, booking.Event{
				Type: booking.EventEntryEnded, Actor: booking.System(), Subject: r.Declarer, Data: map[string]string{"wave": r.Wave},
			})
		}
		if err := w.DropClaims(ctx, drop); err != nil {
			return fmt.Errorf("drop the claims: %w", err)
		}
		return s.record(ctx, w, events)
	})
}
