package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/booking/wave/pgstore/rows"
)

// leave returns what nobody was given: leftovers with their times, and the seats of withheld offers for the next draw.
func (d *drawing) leave(ctx context.Context) error {
	var p rows.ReturnDrawnParams
	named := map[string]bool{}
	add := func(seat booking.SeatID, at time.Time) {
		named[string(seat)] = true
		p.Ids = append(p.Ids, string(seat))
		p.Opens = append(p.Opens, at)
	}
	for _, x := range d.prizes {
		for _, seat := range x.Seats {
			if named[string(seat)] = true; x.reason != "" {
				add(seat, time.Time{})
			}
		}
	}
	for _, l := range d.out.Leftover {
		add(l.Seat, l.OpenAt)
	}
	if len(named) != len(d.seats) {
		return fmt.Errorf("the result of wave %s does not account for every seat", d.row.ID)
	}
	returned, err := d.work.ReturnDrawn(ctx, p)
	if err != nil {
		return fmt.Errorf("return what is left over: %w", err)
	}
	for _, seat := range returned {
		d.events = append(d.events, seatEvent(booking.EventSeatBack, booking.ConsulateID(d.row.Consulate), seat, "not-drawn"))
	}
	return nil
}

// lose records the losses that count and tells the losers.
func (d *drawing) lose(ctx context.Context) error {
	if d.row.Kind == string(wave.KindMain) && d.row.Pool == string(booking.PoolDraw) {
		if err := d.work.RecordLosses(ctx, rows.RecordLossesParams{Grp: d.row.Grp, IsoWeek: d.row.IsoWeek, Wave: d.row.ID, At: d.work.now}); err != nil {
			return fmt.Errorf("record the losses: %w", err)
		}
	}
	losers := make([]uuid.UUID, len(d.out.Losers))
	for i, l := range d.out.Losers {
		losers[i] = l.Declarer
	}
	if len(losers) == 0 {
		return nil
	}
	if err := d.store.jobs.Loss(ctx, d.work.tx, wave.ID(d.row.ID), losers); err != nil {
		return fmt.Errorf("write the outbox: %w", err)
	}
	return nil
}

// finish writes files, state, events and jobs.
func (d *drawing) finish(ctx context.Context) error {
	if err := putFiles(ctx, d.work, d.row.ID, map[string][]byte{fileResult: d.out.Result, fileBeacon: d.out.Beacon}); err != nil {
		return err
	}
	leftover := 0
	for _, l := range d.out.Leftover {
		if !l.OpenAt.IsZero() && d.seats[string(l.Seat)].State == string(booking.SeatInDraw) {
			leftover++
		}
	}
	if err := d.work.SetDrawn(ctx, rows.SetDrawnParams{
		At: d.work.now, OfferUntil: d.out.OfferUntil, Attempt: int32(d.out.Attempt), Served: int32(len(d.prizes)),
		Leftover: int32(leftover), ID: d.row.ID,
	}); err != nil {
		return fmt.Errorf("mark the wave: %w", err)
	}
	for _, p := range d.prizes {
		what := "made"
		if p.reason != "" {
			what = string(wave.OfferWithheld)
		}
		if err := d.store.jobs.Offer(ctx, d.work.tx, p.Offer, what); err != nil {
			return fmt.Errorf("write the outbox: %w", err)
		}
	}
	return d.store.record(ctx, d.work, d.events)
}
