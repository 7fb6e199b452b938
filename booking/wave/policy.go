package wave

import (
	"errors"
	"fmt"
	"time"

	"chesna/booking/draw"
)

// Policy holds the administrator's figures of the release. docs/DRAW-FILES.md and the announcements publish them.
type Policy struct {
	Notice       time.Duration // from announcement to close of a main wave, at least; 72 h
	Entry        time.Duration // how long a main wave takes entries, at least; 48 h
	StandbyEntry time.Duration // of a standby wave; 24 h
	StandbyEvery time.Duration // the least time between the announcements of two standby waves of a family; 24 h
	Lead         time.Duration // a main wave closes this long before its week begins, if it is announced in time; 14 days
	Spread       time.Duration // closes are spread over this time, by the wave's name: there is no minute to wait for; 12 h
	Delays       draw.Delays   // 300, 600 and 86400 s
	Offer        time.Duration // how long an offer can be signed; 72 h, and over at least one working day
	Margin       time.Duration // a seat is drawn only if it starts this long after its offer ends; 24 h
	OpenWithin   time.Duration // what a draw leaves over opens at a random time within this; 24 h
	Pause        time.Duration // after a no-show, a late cancellation or two unsigned offers; 14 days
	LateCancel   time.Duration // a cancellation later than this before the start is late; 48 h
	MaxChanges   int           // how often an appointment can be rescheduled; 2
	// Chain of random values, and who must cosign.
	Witnesses int // k: cosignatures that a close needs
	// Online, Kiosk and Today are the shares of a post with a terminal, in seats of 100; others are all online.
	Online, Kiosk, Today int
}

// Validate says what is wrong with the figures, all at once.
func (p Policy) Validate() error {
	var errs []error
	for name, d := range map[string]time.Duration{
		"Notice": p.Notice, "Entry": p.Entry, "StandbyEntry": p.StandbyEntry, "StandbyEvery": p.StandbyEvery,
		"Offer": p.Offer, "OpenWithin": p.OpenWithin,
	} {
		if d < time.Second {
			errs = append(errs, fmt.Errorf("wave: %s is shorter than a second", name))
		}
	}
	if p.Lead < 0 || p.Spread < 0 || p.Margin < 0 || p.Pause < 0 || p.LateCancel < 0 || p.MaxChanges < 0 {
		errs = append(errs, errors.New("wave: a figure is negative"))
	}
	if p.Entry > p.Notice {
		errs = append(errs, errors.New("wave: entry cannot begin before the announcement"))
	}
	if p.Delays.Deadline < 1 || p.Delays.Round <= p.Delays.Deadline || p.Delays.Fallback <= p.Delays.Round {
		errs = append(errs, errors.New("wave: the delays must grow: deadline, round, fallback"))
	}
	if p.Witnesses < 1 {
		errs = append(errs, errors.New("wave: at least one witness is needed"))
	}
	if p.Online+p.Kiosk+p.Today != 100 || p.Online < 1 || p.Kiosk < 0 || p.Today < 0 {
		errs = append(errs, errors.New("wave: the shares of the channels must sum to 100, with some online"))
	}
	return errors.Join(errs...)
}
