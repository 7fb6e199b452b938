package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/configs"
)

// firstWeeks is how many weeks the demo publishes before it serves; the later ones follow behind.
const firstWeeks = 2

// seeder publishes the demo's schedule: every post's template, for the coming weeks.
type seeder struct {
	config *configs.Config
	weeks  booking.WeekLedger
	// catalogue and channel share seats out among the channels of a post, as the office does.
	catalogue *booking.Catalogue
	channel   func(booking.Consulate, booking.Seat) booking.Pool
	now       func() time.Time
	// add puts the open seats of a week into the inventory; nil where it is filled afterwards.
	add    func(ctx context.Context, c booking.ConsulateID, seats []booking.Seat) error
	logger *slog.Logger
}

// seed publishes the coming weeks from one to before another, counted from this one, where they were never
// published. Weeks that officers have changed are left alone.
func (s seeder) seed(ctx context.Context, from, to int) error {
	began := s.now()
	var published atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, post := range s.config.Consulates {
		group.Go(func() error {
			first := capacity.WeekOf(capacity.DateOf(s.now().In(post.Location)))
			for n := from; n < to; n++ {
				done, err := s.publish(ctx, post.ID, first.Add(n))
				if err != nil {
					return fmt.Errorf("seed %s %s: %w", post.ID, first.Add(n), err)
				}
				published.Add(int64(done))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	s.logger.Info("seeded the schedule", "weeks", published.Load(), "took", s.now().Sub(began).Round(time.Millisecond))
	return nil
}

func (s seeder) publish(ctx context.Context, post string, week capacity.ISOWeek) (int, error) {
	id := booking.ConsulateID(post)
	old, err := s.weeks.Week(ctx, id, week.String())
	if err != nil || old.Revision > 0 {
		return 0, err
	}
	w, err := s.config.TemplateWeek(post, week)
	if err != nil {
		return 0, err
	}
	seats, err := capacity.Expand(w)
	if err != nil {
		return 0, err
	}
	found, err := s.catalogue.Consulate(id)
	if err != nil {
		return 0, err
	}
	seats = booking.ShareOut(found, seats, s.channel)
	plan, err := json.Marshal(booking.WeekPlan{Counters: w.Counters, Closures: w.Closures})
	if err != nil {
		return 0, fmt.Errorf("write the plan: %w", err)
	}
	change := booking.WeekChange{Consulate: id, ISOWeek: week.String(), Plan: plan, Actor: booking.System()}
	if !capacity.Meter(w.MeterInput(seats)).Met {
		change.Reason = "Розклад до введення законного мінімуму (демонстрація)"
	}
	for _, seat := range seats { // those of the days behind us too: the legal meter measures whole weeks
		change.Add = append(change.Add, booking.Seat{
			ID: booking.SeatID(seat.ID), Consulate: id, Counter: booking.CounterID(seat.Counter), Group: booking.GroupID(seat.Group),
			Pool: booking.Pool(seat.Pool), Start: seat.Start, Minutes: seat.Minutes,
		})
	}
	return 1, s.weeks.Serially(ctx, id, func(ctx context.Context) error { // repair and officers take turns with this
		done, err := s.weeks.PublishWeek(ctx, change)
		if err != nil || s.add == nil {
			return err
		}
		return s.add(ctx, id, slices.DeleteFunc(done.Seats, func(s booking.Seat) bool { return s.State != booking.SeatOpen }))
	})
}
