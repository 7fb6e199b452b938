package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/configs"
)

// seeder publishes the demo's schedule: every post's template, for the coming weeks.
type seeder struct {
	config *configs.Config
	weeks  booking.WeekLedger
	now    func() time.Time
	logger *slog.Logger
}

// seed publishes each coming week that was never published. Weeks that officers have changed are left alone.
func (s seeder) seed(ctx context.Context) error {
	began := s.now()
	var published atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, post := range s.config.Consulates {
		group.Go(func() error {
			first := capacity.WeekOf(capacity.DateOf(s.now().In(post.Location)))
			for n := range s.config.Demo.Weeks {
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
	plan, err := json.Marshal(booking.WeekPlan{Counters: w.Counters, Closures: w.Closures})
	if err != nil {
		return 0, fmt.Errorf("write the plan: %w", err)
	}
	change := booking.WeekChange{Consulate: id, ISOWeek: week.String(), Plan: plan, Actor: booking.System()}
	if !capacity.Meter(w.MeterInput(seats)).Met {
		change.Reason = "Розклад до введення законного мінімуму (демонстрація)"
	}
	for _, seat := range seats {
		if seat.Start.After(s.now()) {
			change.Add = append(change.Add, booking.Seat{
				ID: booking.SeatID(seat.ID), Consulate: id, Counter: booking.CounterID(seat.Counter), Group: booking.GroupID(seat.Group),
				Pool: booking.Pool(seat.Pool), Start: seat.Start, Minutes: seat.Minutes,
			})
		}
	}
	_, err = s.weeks.PublishWeek(ctx, change)
	return 1, err
}
