package app

import (
	"net/http"
	"time"

	"chesna/booking"
	"chesna/booking/redisinv"
)

// seams let the tests of this package choose the time and stand between use cases and stores. They are empty in
// every program.
type seams struct {
	now       func() time.Time
	shard     redisinv.Clock // the clock of Redis, as the inventory sees it
	inventory func(booking.Inventory) booking.Inventory
	ledger    func(booking.Ledger) booking.Ledger
	witness   func(http.Handler) http.Handler // the demo's own
}

func (a *App) now() time.Time {
	if now := a.options.seams.now; now != nil {
		return now()
	}
	return time.Now()
}

func orSelf[T any](wrap func(T) T, v T) T {
	if wrap == nil {
		return v
	}
	return wrap(v)
}
