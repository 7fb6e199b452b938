package booking

import "time"

// SeatID names one seat for ever: consulate-counter-startUTC-minutes, such as "waw-c1-20261207T0820Z-20".
type SeatID string

// SlotID names a start time of a group at a post: consulate-group-startUTC, such as
// "waw-passport-20261207T0820Z". A slot has one or more seats.
type SlotID string

// WindowID names a half-day of a group at a post: consulate-group-yyyymmdd-am|pm, by the post's local date.
type WindowID string

// Pool says through which channel a seat is given out.
type Pool string

// The pools. Open and draw are online, the others in the office.
const (
	PoolDraw  Pool = "draw"
	PoolOpen  Pool = "open"
	PoolKiosk Pool = "kiosk"
	PoolToday Pool = "today"
)

// SeatState is the ledger state of a seat. A seat is in exactly one.
type SeatState string

// The states; docs/RESERVATION-CYCLE.md draws the ways between them.
const (
	SeatPlanned   SeatState = "planned"
	SeatInDraw    SeatState = "in_draw"
	SeatOpen      SeatState = "open"
	SeatOffered   SeatState = "offered"
	SeatBooked    SeatState = "booked"
	SeatServed    SeatState = "served"
	SeatNoShow    SeatState = "no_show"
	SeatLapsed    SeatState = "lapsed"
	SeatEscrow    SeatState = "escrow"
	SeatDisplaced SeatState = "displaced"
	SeatReturned  SeatState = "returned"
	SeatWithdrawn SeatState = "withdrawn"
)

// Seat is one counter for one span of time.
type Seat struct {
	ID        SeatID
	Consulate ConsulateID
	Counter   CounterID
	Group     GroupID
	Pool      Pool
	Start     time.Time // UTC
	Minutes   int
	State     SeatState
	// PublishedAs is the pool under which the seat was published, where that is another: what a draw left over is one
	// of the open pool. Empty where it is Pool.
	PublishedAs Pool
}

// End is when the seat's span ends.
func (s Seat) End() time.Time { return s.Start.Add(time.Duration(s.Minutes) * time.Minute) }
