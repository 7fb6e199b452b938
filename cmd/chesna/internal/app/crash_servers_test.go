package app

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/identity"
)

// TestServersAreKilled kills Redis that keeps its writes, Redis that loses everything, and PostgreSQL, at each
// step between hold and settle. The process lives on with the server gone, then with the server back.
func TestServersAreKilled(t *testing.T) {
	t.Parallel()
	kept := func(t *testing.T) (stores, killable) {
		s, redis := databaseAndRedis(t, servers.WithAppendOnly())
		return s, redis
	}
	emptied := func(t *testing.T) (stores, killable) {
		s, redis := databaseAndRedis(t)
		return s, redis
	}
	postgres := func(t *testing.T) (stores, killable) {
		server, redis := servers.NewPostgres(t), servers.Redis(t)
		if err := migrateBoth(server.DSN()); err != nil {
			t.Fatal(err)
		}
		return newStores(t, server.DSN(), redis.URL()), server
	}
	for _, fault := range []struct {
		name  string
		start func(t *testing.T) (stores, killable)
		loses bool // the holds
	}{{"redis keeps", kept, false}, {"redis loses", emptied, true}, {"postgres", postgres, false}} {
		t.Run(strings.ReplaceAll(fault.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			s, server := fault.start(t)
			for i, step := range steps() {
				for j, comesBack := range []bool{false, true} {
					name := step + map[bool]string{false: " goes away", true: " comes back"}[comesBack]
					t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
						k := newCrash(t, s, 2*i+j)
						k.outage(server, step, comesBack, fault.loses)
					})
				}
			}
		})
	}
}

// killable is a server of package servers.
type killable interface {
	Kill9()
	Restart()
}

// outage kills the server at the step of a booking, brings it back when the citizen has her answer, and checks
// what is left.
func (k *crash) outage(server killable, step string, comesBack, loses bool) {
	k.Helper()
	killed := false
	a := mustOpen(k.T, k.stores, k.clock, func(s string) {
		if s == step && !killed {
			killed = true
			server.Kill9()
		}
	})
	z, err := newCitizen(k.Context(), a, k.stores.Trust, k.person)
	if err != nil {
		k.Fatal(err)
	}
	err = z.book(k.Context(), a, k.post, func(*citizen) {})
	if !killed {
		k.Fatalf("never came to %q: %v", step, err)
	}
	if err != nil && !serverGone(err) {
		k.Errorf("with the server gone she was told: %v", err)
	}
	server.Restart()
	a.parts.pool.Reset() // idle connections to the dead server: each would cost one more 503
	if _, err := k.jobs(a).Ensure(k.Context(), k.post); err != nil {
		k.Fatalf("ensure: %v", err)
	}
	k.check(a)
	promised := z.Appointment
	if comesBack {
		k.endsWithOne(a, z, promised, loses)
		return
	}
	k.pastAllHolds(a)
	k.tick(a)
	k.check(a)
	places := k.seats(a)
	booked, err := a.parts.office.Appointments(k.Context(), z.session)
	if err != nil {
		k.Fatal(err)
	}
	if promised != uuid.Nil && (len(booked) != 1 || booked[0].ID != promised) {
		k.Errorf("the appointment that she was told of is lost: %v", booked)
	}
	if places[booking.SeatBooked] != len(booked) || len(booked) > 1 || places[booking.SeatReturned] > 1-len(booked) {
		k.Errorf("seats by place: %v with %d appointments", places, len(booked))
	}
	if loses && places[booking.SeatReturned] != 0 {
		k.Errorf("returned although the hold was lost with Redis: %v", places)
	}
}

// serverGone tells whether a refusal says that it is for now only (503), and not "sold out".
func serverGone(err error) bool {
	var who *identity.Error
	if errors.As(err, &who) {
		return who.Code == identity.CodeUnavailable
	}
	c := booking.CodeOf(err)
	return c == booking.CodeUnavailable || c == booking.CodeNoInventory
}
