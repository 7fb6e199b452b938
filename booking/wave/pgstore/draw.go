package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// Why an offer was withheld.
const (
	withheldClaim     = "already-booked" // a person has an appointment or another offer
	withheldOld       = "not-active"     // the appointment to be replaced has ended
	withheldWithdrawn = "seat-withdrawn" // the post took a seat out of the draw
)

// Draw writes the result of a standing wave: see wave.Steps. Seats that were withdrawn are given to nobody; who won one is
// guaranteed in the next main draw of the post's group.
func (s *Store) Draw(ctx context.Context, id wave.ID, o wave.Outcome) error {
	return s.step(ctx, "draw a wave", id, wave.StateStanding, func(w *work, row rows.BookingWave) error {
		if int(row.Attempt) != o.Attempt {
			return booking.Refuse(booking.CodeStale, "the result is of another attempt")
		}
		d := &drawing{store: s, work: w, row: row, out: o, seats: map[string]rows.LockSeatsOfWaveRow{}}
		for _, step := range []func(context.Context) error{d.prepare, d.serve, d.offer, d.leave, d.lose, d.finish} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return s.leaf(ctx, w, id, draw.LeafResult, o.Leaf)
	})
}

// drawing is one result on its way into the tables.
type drawing struct {
	store  *Store
	work   *work
	row    rows.BookingWave
	out    wave.Outcome
	seats  map[string]rows.LockSeatsOfWaveRow
	prizes []prize // the awards, in their order
	events []booking.Event
}

// prize is an award with its entry.
type prize struct {
	wave.Award
	entry  wave.Entry
	reason string // withheld, if not empty
}

// prepare locks the seats and finds the winners' entries.
func (d *drawing) prepare(ctx context.Context) error {
	locked, err := d.work.LockSeatsOfWave(ctx, d.row.ID)
	if err != nil {
		return fmt.Errorf("lock the seats: %w", err)
	}
	for _, r := range locked {
		d.seats[r.ID] = r
	}
	taking, err := frozen(ctx, d.work.Queries, d.row)
	if err != nil {
		return err
	}
	entries := make(map[wave.EntryKey]wave.Entry, len(taking.Entries))
	for _, e := range taking.Entries {
		entries[wave.EntryKey{Wave: e.Wave, Declarer: e.Declarer}] = e
	}
	given := map[booking.SeatID]bool{}
	for _, a := range d.out.Awards {
		e, ok := entries[a.Entry]
		if !ok || len(a.Seats) != e.Size() || a.Offer == uuid.Nil {
			return fmt.Errorf("an award of wave %s fits no entry", d.row.ID)
		}
		p := prize{Award: a, entry: e}
		for _, seat := range a.Seats {
			r, ok := d.seats[string(seat)]
			if !ok || given[seat] {
				return fmt.Errorf("an award of wave %s names a seat that it cannot give", d.row.ID)
			}
			given[seat] = true
			if r.State != string(booking.SeatInDraw) {
				p.reason = withheldWithdrawn
			}
		}
		d.prizes = append(d.prizes, p)
	}
	for _, l := range d.out.Leftover {
		if _, ok := d.seats[string(l.Seat)]; !ok || given[l.Seat] {
			return fmt.Errorf("a leftover of wave %s is not free", d.row.ID)
		}
	}
	return nil
}

// serve ends the winners' entries.
func (d *drawing) serve(ctx context.Context) error {
	var p rows.ServeEntriesParams
	for _, x := range d.prizes {
		p.Waves = append(p.Waves, string(x.Entry.Wave))
		p.Declarers = append(p.Declarers, x.Entry.Declarer)
	}
	p.Wave = d.row.ID
	served, err := d.work.ServeEntries(ctx, p)
	if err != nil {
		return fmt.Errorf("serve the entries: %w", err)
	}
	if len(served) != len(d.prizes) {
		return errors.New("an entry that won is not live")
	}
	if err := d.work.DropClaims(ctx, rows.DropClaimsParams{Waves: p.Waves, Declarers: p.Declarers}); err != nil {
		return fmt.Errorf("drop the claims: %w", err)
	}
	n, err := d.work.MarkServed(ctx, rows.MarkServedParams(p))
	if err == nil && int(n) != len(d.prizes) {
		err = errors.New("an entry that won was not frozen")
	}
	if err != nil {
		return fmt.Errorf("mark the served: %w", err)
	}
	return nil
}

// offer claims persons and seats and writes the offers, those withheld too.
func (d *drawing) offer(ctx context.Context) error {
	if err := d.engage(ctx); err != nil {
		return err
	}
	claim := rows.ClaimSeatsParams{}
	offers := rows.InsertOffersParams{
		Wave: d.row.ID, Consulate: d.row.Consulate, Grp: d.row.Grp, Until: d.out.OfferUntil, At: d.work.now,
	}
	var seats rows.InsertOfferSeatsParams
	var reset, promised []uuid.UUID
	for _, p := range d.prizes {
		state := wave.OfferOpen
		if p.reason != "" {
			state = wave.OfferWithheld
		}
		offers.Ids = append(offers.Ids, p.Offer)
		offers.EntryWaves = append(offers.EntryWaves, string(p.Entry.Wave))
		offers.Declarers = append(offers.Declarers, p.Entry.Declarer)
		offers.States = append(offers.States, string(state))
		offers.Reschedules = append(offers.Reschedules, p.entry.Reschedules)
		offers.Reasons = append(offers.Reasons, p.reason)
		for n, m := range p.entry.Members {
			seats.Offers = append(seats.Offers, p.Offer)
			seats.Ns = append(seats.Ns, int16(n))
			seats.Seats = append(seats.Seats, string(p.Seats[n]))
			seats.Applicants = append(seats.Applicants, m.Applicant)
			seats.Services = append(seats.Services, string(m.Service))
			switch p.reason {
			case "":
				claim.Seats = append(claim.Seats, string(p.Seats[n]))
				claim.Owners = append(claim.Owners, p.Offer)
				reset = append(reset, m.Applicant)
				d.events = append(d.events, seatEvent(booking.EventSeatOffered, booking.ConsulateID(d.row.Consulate), string(p.Seats[n]), ""))
			case withheldWithdrawn:
				promised = append(promised, m.Applicant)
			}
		}
		d.events = append(d.events, d.offerEvents(p)...)
	}
	if err := d.work.InsertOffers(ctx, offers); err != nil {
		return fmt.Errorf("write the offers: %w", err)
	}
	if err := d.work.InsertOfferSeats(ctx, seats); err != nil {
		return fmt.Errorf("write the offered seats: %w", err)
	}
	if err := d.takeOffered(ctx, claim); err != nil {
		return err
	}
	return d.standing(ctx, reset, promised)
}

// engage claims the persons of offers that can be made; an offer is made to all its persons or withheld.
func (d *drawing) engage(ctx context.Context) error {
	p := rows.EngagePersonsParams{Grp: d.row.Grp}
	for i := range d.prizes {
		x := &d.prizes[i]
		if x.reason != "" {
			continue
		}
		if x.entry.Reschedules != uuid.Nil {
			if err := d.checkReplaced(ctx, x); err != nil {
				return err
			}
			continue
		}
		for _, m := range x.entry.Members {
			p.Applicants = append(p.Applicants, m.Applicant)
			p.Owners = append(p.Owners, x.Offer)
		}
	}
	engaged, err := d.work.EngagePersons(ctx, p)
	if err != nil {
		return fmt.Errorf("claim the persons: %w", err)
	}
	got := map[uuid.UUID]int{}
	for _, r := range engaged {
		got[r.Appointment]++
	}
	var broken []uuid.UUID
	for i := range d.prizes {
		x := &d.prizes[i]
		if x.reason == "" && x.entry.Reschedules == uuid.Nil && got[x.Offer] != x.entry.Size() {
			x.reason = withheldClaim
			broken = append(broken, x.Offer)
		}
	}
	if len(broken) == 0 {
		return nil
	}
	if err := d.work.ReleasePersons(ctx, broken); err != nil {
		return fmt.Errorf("let go of persons: %w", err)
	}
	return nil
}

// checkReplaced withholds an offer whose old appointment has ended.
func (d *drawing) checkReplaced(ctx context.Context, x *prize) error {
	found, err := d.work.Appointments(ctx, []uuid.UUID{x.entry.Reschedules})
	if err != nil {
		return fmt.Errorf("read the appointment: %w", err)
	}
	if len(found) != 1 || !booking.AppointmentState(found[0].State).Active() {
		x.reason = withheldOld
	}
	return nil
}

func (d *drawing) offerEvents(p prize) []booking.Event {
	e := booking.Event{
		Type: booking.EventOfferMade, Actor: booking.System(), Subject: p.Entry.Declarer, Consulate: booking.ConsulateID(d.row.Consulate),
		Data: map[string]string{"offer": p.Offer.String(), "wave": d.row.ID, "group": d.row.Grp},
	}
	if p.reason == "" {
		return []booking.Event{e}
	}
	e.Type, e.Data["state"], e.Data["reason"] = booking.EventOfferEnded, string(wave.OfferWithheld), p.reason
	events := []booking.Event{e}
	if p.reason == withheldWithdrawn {
		for _, m := range p.entry.Members {
			events = append(events, booking.Event{
				Type: booking.EventGuaranteed, Actor: booking.System(), Subject: m.Applicant, Consulate: e.Consulate,
				Data: map[string]string{"wave": d.row.ID, "group": d.row.Grp, "reason": p.reason},
			})
		}
	}
	return events
}

// takeOffered moves the offered seats and claims them.
func (d *drawing) takeOffered(ctx context.Context, claim rows.ClaimSeatsParams) error {
	n, err := d.work.OfferSeats(ctx, claim.Seats)
	if err != nil || int(n) != len(claim.Seats) {
		return errors.Join(errors.New("an offered seat is not in the draw"), err)
	}
	if _, err := d.work.ClaimSeats(ctx, claim); err != nil {
		return fmt.Errorf("claim the seats: %w", err)
	}
	return nil
}

// standing sets the weight of everybody who was offered a seat back to 1, and guarantees those whose seat was withdrawn.
func (d *drawing) standing(ctx context.Context, reset, promised []uuid.UUID) error {
	if err := d.work.ResetStandings(ctx, rows.ResetStandingsParams{Grp: d.row.Grp, At: d.work.now, Reason: "offered", Applicants: reset}); err != nil {
		return fmt.Errorf("reset the weights: %w", err)
	}
	if d.row.Kind == string(wave.KindMain) {
		use := rows.UseGuaranteesParams{Wave: d.row.ID, Consulate: d.row.Consulate, Grp: d.row.Grp}
		if err := d.work.UseGuarantees(ctx, use); err != nil {
			return fmt.Errorf("use up guarantees: %w", err)
		}
	}
	if err := d.work.Guarantee(ctx, rows.GuaranteeParams{
		Consulate: d.row.Consulate, Grp: d.row.Grp, Wave: d.row.ID, At: d.work.now, Applicants: promised,
	}); err != nil {
		return fmt.Errorf("guarantee the next draw: %w", err)
	}
	return nil
}
