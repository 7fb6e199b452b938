package opening

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// State is how far an opening has come.
type State string

// The states, in their order.
const (
	StatePlanned   State = "planned"   // published with a week; its rules are not set yet
	StateAnnounced State = "announced" // its rules and its beacon round are fixed; the lobby opens when its time comes
	StateGathering State = "gathering" // its seats are open in the ledger
	StateFrozen    State = "frozen"    // the crowd is counted; the round is awaited
	StateCalling   State = "calling"   // places are known and called
	StateEnded     State = "ended"     // booking is free again
)

// Terms are the rules of an opening, fixed when it is announced.
type Terms struct {
	LobbyFrom   time.Time
	GatherUntil time.Time
	PerMinute   int           // places called in a minute, at most
	Turn        time.Duration // how long a called person may hold seats
	Chain       draw.BeaconInfo
	Delay       time.Duration // from the end of gathering to the round
	Round       uint64
}

// Opening is one opening as it stands. Times are UTC; those of its terms are zero while it is planned.
type Opening struct {
	ID        booking.OpeningID
	Consulate booking.ConsulateID
	Group     booking.GroupID
	ISOWeek   string
	OpensAt   time.Time
	State     State
	Terms
	Crowd     int      // people in the random order
	Root      [32]byte // over their sorted tickets
	Signature [48]byte // of the round
	Waiting   int      // people who are not called yet
	Called    int      // the highest place called
	Free      int      // free seats when last looked at
	EndedAt   time.Time
}

// Running tells whether only the called may hold seats at the instant.
func (o Opening) Running(now time.Time) bool { return o.State != StateEnded && !now.Before(o.OpensAt) }

// Arrival is a person in an opening.
type Arrival struct {
	Person    uuid.UUID
	Ticket    Ticket
	Place     int // 0 while nobody can know it
	CalledAt  time.Time
	TurnUntil time.Time
	TookAt    time.Time // she held a seat in her turn
}

// Turn tells whether she may hold seats at the instant.
func (a Arrival) Turn(now time.Time) bool { return !a.CalledAt.IsZero() && now.Before(a.TurnUntil) }

// Over tells whether she was called and her turn has ended.
func (a Arrival) Over(now time.Time) bool { return !a.CalledAt.IsZero() && !now.Before(a.TurnUntil) }

// Policy holds the figures that an administrator sets. They apply to openings that are announced later.
type Policy struct {
	Lobby     time.Duration // before the opening; 30 min
	Gather    time.Duration // after it; 10 min
	Delay     time.Duration // from the end of gathering to the beacon's round; 30 s
	PerMinute int           // 30
	Turn      time.Duration // 10 min
}

// StandardPolicy is the policy for an installation that sets none.
func StandardPolicy() Policy {
	return Policy{Lobby: 30 * time.Minute, Gather: 10 * time.Minute, Delay: 30 * time.Second, PerMinute: 30, Turn: 10 * time.Minute}
}

// Validate says what is wrong with the figures, all at once.
func (p Policy) Validate() error {
	var errs []error
	check := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New("opening policy: "+what+" is out of range"))
		}
	}
	check(p.Lobby >= 0 && p.Lobby <= 24*time.Hour, "lobby")
	check(p.Gather >= time.Second && p.Gather <= 24*time.Hour, "gathering")
	check(p.Delay >= time.Second && p.Delay <= time.Hour, "delay")
	check(p.PerMinute >= 1 && p.PerMinute <= 6000, "pace")
	check(p.Turn >= time.Second && p.Turn <= time.Hour, "turn")
	return errors.Join(errs...)
}

// terms are the rules that the policy gives an opening. Its round is the first that is due when the delay after gathering
// is over.
func (p Policy) terms(opensAt time.Time, chain draw.BeaconInfo) Terms {
	t := Terms{
		LobbyFrom: opensAt.Add(-p.Lobby), GatherUntil: opensAt.Add(p.Gather).Truncate(time.Second), PerMinute: p.PerMinute, Turn: p.Turn.Truncate(time.Second),
		Chain: chain, Delay: p.Delay.Truncate(time.Second),
	}
	t.Round = draw.AttemptRound(t.GatherUntil, draw.Delays{Round: int64(t.Delay / time.Second)}, chain, 0)
	return t
}
