package pgstore_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/pgstore"
)

func TestMigrateFromNothingAndAgain(t *testing.T) {
	dsn := servers.Postgres(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs { // several processes may start at once
		wg.Go(func() { errs[i] = migrate(dsn) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if err := migrate(dsn); err != nil {
		t.Fatalf("migrating again: %v", err)
	}
	pool := openPool(t, dsn)
	var ledger, river bool
	if err := pool.QueryRow(t.Context(), `SELECT to_regclass('booking.seat_claims') IS NOT NULL,
		to_regclass('booking.river_job') IS NOT NULL`).Scan(&ledger, &river); err != nil || !ledger || !river {
		t.Fatalf("tables: ledger %v, jobs %v, %v", ledger, river, err)
	}
	s := startStore(t, pool, nil)
	bookingtest.PublishSeats(t, s, "waw", 1)
	if err := migrate(dsn); err != nil {
		t.Fatalf("migrating a database in use: %v", err)
	}
}

func TestConfirmWritesItsJobs(t *testing.T) {
	pool := openPool(t, servers.Database(t, migrate))
	s := startStore(t, pool, nil)
	seat := bookingtest.PublishSeats(t, s, "waw", 1)[0]
	a, err := s.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(seat, uuid.New())))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Cancel(t.Context(), booking.Cancellation{Appointment: a.ID, Person: a.Person}); err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(t.Context(), `SELECT kind || ' ' || coalesce(args->>'event', '') FROM booking.river_job
		WHERE args->>'appointment' = $1 ORDER BY id`, a.ID.String())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimSpace(kind))
	}
	want := []string{"settle", "notify appointment.booked", "forget", "notify appointment.cancelled"}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("jobs (-want +got):\n%s", d)
	}
}

func TestUnreachableDatabase(t *testing.T) {
	dsn := servers.Database(t, migrate)
	pool := openPool(t, dsn)
	s := startStore(t, pool, nil)
	seat := bookingtest.PublishSeats(t, s, "waw", 1)[0]
	pool.Close()
	_, err := s.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(seat, uuid.New())))
	bookingtest.WantCode(t, err, booking.CodeUnavailable)
	_, err = s.AppointmentsOf(t.Context(), uuid.New())
	bookingtest.WantCode(t, err, booking.CodeUnavailable)
	_, err = pgstore.Open(t.Context(), "postgres://127.0.0.1:1/nothing?sslmode=disable")
	bookingtest.WantCode(t, err, booking.CodeUnavailable)
	if _, err = pgstore.Open(t.Context(), "postgres://u:secret@host:port/x"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Fatalf("an unreadable URL: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err = startStore(t, openPool(t, dsn), nil).Appointment(ended, uuid.New()); !errors.Is(err, context.Canceled) {
		t.Fatalf("an ended context: %v", err)
	}
}

func TestDepsAreChecked(t *testing.T) {
	_, err := pgstore.New(pgstore.Deps{Writers: 3})
	for _, want := range []string{"Pool", "Jobs", "Logger", "Random", "Writers"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("missing %s goes unseen: %v", want, err)
		}
	}
	pool := openPool(t, servers.Database(t, migrate))
	s, err := pgstore.New(pgstore.Deps{Pool: pool, Jobs: newGate(), Logger: slog.New(slog.DiscardHandler), Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	seat := bookingtest.PublishSeats(t, s, "waw", 1)[0]
	_, err = s.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(seat, uuid.New())))
	bookingtest.WantCode(t, err, booking.CodeUnavailable) // not started
}

func TestIdempotencyKeys(t *testing.T) {
	pool := openPool(t, servers.Database(t, migrate))
	s := startStore(t, pool, nil)
	ctx, body, other := t.Context(), sha256.Sum256([]byte("body")), sha256.Sum256([]byte("other"))
	begin := func(scope string, hash [32]byte) (*booking.StoredResponse, error) {
		return s.Begin(ctx, scope, "k1", hash)
	}

	if r, err := begin("ann POST /holds", body); r != nil || err != nil {
		t.Fatalf("a new key: %v, %v", r, err)
	}
	_, err := begin("ann POST /holds", body)
	bookingtest.WantCode(t, err, booking.CodeKeyInFlight)
	_, err = begin("ann POST /holds", other)
	bookingtest.WantCode(t, err, booking.CodeKeyMismatch)
	if r, err := begin("bob POST /holds", other); r != nil || err != nil {
		t.Fatalf("the same key of another person: %v, %v", r, err)
	}
	answer := booking.StoredResponse{Status: 201, Header: map[string]string{"Location": "/x"}, Body: []byte("{ }")}
	bookingtest.WantCode(t, s.Finish(ctx, "ann POST /holds", "k1", body, answer), "")
	r, err := begin("ann POST /holds", body)
	bookingtest.WantCode(t, err, "")
	if d := cmp.Diff(&answer, r); d != "" {
		t.Fatalf("the stored answer:\n%s", d)
	}
	_, err = begin("ann POST /holds", other)
	bookingtest.WantCode(t, err, booking.CodeKeyMismatch)

	bookingtest.WantCode(t, s.Drop(ctx, "bob POST /holds", "k1"), "")
	if r, err := begin("bob POST /holds", body); r != nil || err != nil {
		t.Fatalf("a dropped key: %v, %v", r, err)
	}
	exec(t, pool, `UPDATE booking.idempotency_keys SET locked_until = now() - interval '1 s' WHERE scope LIKE 'bob%'`)
	if r, err := begin("bob POST /holds", body); r != nil || err != nil {
		t.Fatalf("a key whose request was lost: %v, %v", r, err)
	}
	exec(t, pool, `UPDATE booking.idempotency_keys SET expires_at = now() - interval '1 s' WHERE scope LIKE 'ann%'`)
	if n, err := s.DropExpiredKeys(ctx, 100); n != 1 || err != nil {
		t.Fatalf("dropped %d keys, %v", n, err)
	}
	if r, err := begin("ann POST /holds", other); r != nil || err != nil {
		t.Fatalf("a key of yesterday: %v, %v", r, err)
	}
}
