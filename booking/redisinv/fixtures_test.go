package redisinv_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/redisinv"
)

const group = booking.GroupID("passport")

// numberedSeat is the seat of counter n (0 to 9) at a start.
func numberedSeat(c booking.ConsulateID, start time.Time, n int) booking.Seat {
	return booking.Seat{
		ID: booking.SeatID(fmt.Sprintf("%s-c%d-%s-20", c, n, start.UTC().Format("20060102T1504Z"))), Consulate: c, Group: group,
		Pool: booking.PoolOpen, Start: start, Minutes: 20, State: booking.SeatOpen,
	}
}

func numberedSeats(c booking.ConsulateID, start time.Time, n int) []booking.Seat {
	out := make([]booking.Seat, n)
	for i := range out {
		out[i] = numberedSeat(c, start, i)
	}
	return out
}

// request asks for a span in the fixtures' group.
func request(c booking.ConsulateID, person uuid.UUID, from, to time.Time) booking.HoldRequest {
	return booking.HoldRequest{
		ID: booking.NewHoldID(c, uuid.New()), Consulate: c, Group: group, Service: "passport-adult", From: from, To: to, Person: person,
		Applicant: person, Nonce: "0123456789abcdef", TTL: 10 * time.Minute, Extension: 5 * time.Minute, DailyLimit: 1000,
	}
}

func bookCheck(t testing.TB, inv *redisinv.Inventory, posts ...booking.ConsulateID) {
	t.Helper()
	bookingtest.CheckInvariants(context.Background(), t, inv, posts...)
}

// opened makes a post with n seats at one start and returns the start.
func opened(t testing.TB, inv *redisinv.Inventory, c booking.ConsulateID, n int) time.Time {
	t.Helper()
	at := time.Now().Add(72 * time.Hour).UTC().Truncate(time.Hour)
	err := inv.Rebuild(context.Background(), c, booking.Snapshot{Epoch: "1", Seats: numberedSeats(c, at, n)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func wantCode(t testing.TB, err error, code booking.Code) {
	t.Helper()
	if booking.CodeOf(err) != code || (err != nil && code == "") {
		t.Fatalf("got %v, want %q", err, code)
	}
}

// wire is a hook between the client and the server: it counts exchanges and can cut them.
type wire struct {
	exchanges atomic.Int64
	cutFrom   int64 // from this exchange on (1 is the first) everything fails; 0 never
	onlyOne   bool  // only that exchange fails
	lastIsRun bool  // the first exchange that is cut still reaches the server; its answer is lost
}

var errCut = errors.New("the wire is cut")

func (w *wire) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (w *wire) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		return w.exchange(func() error { return next(ctx, cmd) }, cmd)
	}
}

func (w *wire) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		return w.exchange(func() error { return next(ctx, cmds) }, cmds...)
	}
}

func (w *wire) exchange(next func() error, cmds ...redis.Cmder) error {
	n := w.exchanges.Add(1)
	if w.cutFrom == 0 || n < w.cutFrom || (w.onlyOne && n > w.cutFrom) {
		return next()
	}
	if n == w.cutFrom && w.lastIsRun {
		_ = next()
	}
	for _, cmd := range cmds {
		cmd.SetErr(errCut)
	}
	return errCut
}

// wired makes a client of its own with a wire to the same server.
func wired(t testing.TB, addr string, w *wire) redis.UniversalClient {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	client.AddHook(w)
	t.Cleanup(func() { _ = client.Close() })
	return client
}
