package capacity

import (
	"slices"
	"time"
)

// Bounds of a schedule; beyond them it is refused, so that a hostile body
// cannot make the service work for long.
const (
	MaxCounters = 40     // counters of a post
	MaxOpenings = 100    // openings of a counter
	MaxClosures = 100    // closures of a week
	MaxHolidays = 400    // holidays listed
	MaxGroups   = 40     // service groups with a slot length
	MaxSeats    = 10_000 // seats of a week
	MinSlot     = 5      // minutes
	MaxSlot     = 480    // minutes
	MaxGrid     = 60     // minutes
	MaxReason   = 200    // runes of a closure's reason
)

// Pool says how a seat may be taken.
type Pool string

// The pools. Open and draw are online, the others in the office.
const (
	PoolOpen  Pool = "open"  // bookable at once
	PoolDraw  Pool = "draw"  // by verifiable draw
	PoolKiosk Pool = "kiosk" // at the terminal in the office
	PoolToday Pool = "today" // for people who come today
)

// Valid reports whether p is one of the pools.
func (p Pool) Valid() bool {
	return p == PoolOpen || p == PoolDraw || p == PoolKiosk || p == PoolToday
}

// Online reports whether seats of the pool are taken over the Internet.
func (p Pool) Online() bool { return p == PoolOpen || p == PoolDraw }

// Week is one week's schedule of a post, as an officer publishes it. The JSON
// names are those that FieldError pointers use.
type Week struct {
	// Consulate, ISOWeek, Location, Workdays, Holidays, SlotMinutes and Grid are
	// the administrator's or the address's, not the officer's body.
	Consulate string         `json:"consulate"`
	ISOWeek   ISOWeek        `json:"week"`
	Location  *time.Location `json:"-"`
	// Workdays are the post's working weekdays; the law's "working week".
	Workdays []Weekday `json:"workdays"`
	// Holidays are public holidays. They may lie outside the week (so that a
	// post's whole list can be passed); those have no effect.
	Holidays []Date `json:"holidays"`
	// SlotMinutes is the appointment length per service group, each a multiple
	// of Grid.
	SlotMinutes map[string]int `json:"slotMinutes"`
	// Grid in minutes; openings start and end on it.
	Grid int `json:"grid"`

	Counters []Counter `json:"counters"`
	Closures []Closure `json:"closures,omitempty"`
}

// Counter is one place where one person is served at a time.
type Counter struct {
	ID       string    `json:"id" yaml:"id"`
	Openings []Opening `json:"openings" yaml:"openings"`
}

// Opening is a span of local wall time on one weekday at one counter, for one
// service group.
type Opening struct {
	Weekday Weekday   `json:"weekday"`
	From    TimeOfDay `json:"from"`
	To      TimeOfDay `json:"to"` // exclusive
	Group   string    `json:"group"`
	Pool    Pool      `json:"pool"`
}

// Closure shuts the whole post on a day, or for a span of it.
type Closure struct {
	Date Date `json:"date"`
	// From and To bound a part of the day; both nil: the whole day.
	From *TimeOfDay `json:"from,omitempty"`
	To   *TimeOfDay `json:"to,omitempty"`
	// Reason is shown to citizens.
	Reason string `json:"reason"`
	// PublicHoliday on a whole-day closure shortens the legal week like an entry
	// of Holidays; any other closure does not.
	PublicHoliday bool `json:"publicHoliday,omitempty"`
}

func (c Closure) wholeDay() bool { return c.From == nil && c.To == nil }

// hits reports whether the closure touches [from, to) of the day.
func (c Closure) hits(d Date, from, to TimeOfDay) bool {
	if c.Date != d {
		return false
	}
	return c.wholeDay() || (from < *c.To && *c.From < to)
}

// PublicHolidays are the week's public holidays, from Holidays and from
// closures, in order and each once.
func (w Week) PublicHolidays() []Date {
	var out []Date
	for _, d := range w.ISOWeek.Days() {
		byClosure := slices.ContainsFunc(w.Closures, func(c Closure) bool {
			return c.Date == d && c.PublicHoliday && c.wholeDay()
		})
		if byClosure || slices.Contains(w.Holidays, d) {
			out = append(out, d)
		}
	}
	return out
}

// Seat is one counter for one span of time.
type Seat struct {
	ID      string    `json:"id"` // SeatID
	Counter string    `json:"counter"`
	Group   string    `json:"group"`
	Pool    Pool      `json:"pool"`
	Start   time.Time `json:"start"` // UTC, whole minutes
	Minutes int       `json:"minutes"`
}

// End is the first instant after the seat.
func (s Seat) End() time.Time { return s.Start.Add(time.Duration(s.Minutes) * time.Minute) }
