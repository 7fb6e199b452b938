package audittest

import (
	"fmt"

	"chesna/booking/draw"
)

// Season is a run of draws in a world, with everything that may honestly happen: empty draws, families, guarantees,
// missing cosignatures and the next attempt, cancelled waves, seats that come back and are drawn again, two groups at
// the same time.
type Season struct {
	World  *World
	Draws  []*Open
	people map[string][]*Person
	last   map[string]string // predecessor, by chain
}

// NewSeason begins one.
func NewSeason(w *World, people int) *Season {
	s := &Season{World: w, people: map[string][]*Person{}, last: map[string]string{}}
	for _, group := range []string{"passport", "notary"} {
		s.people[group] = w.People(people)
	}
	return s
}

// announce a draw at the end of its chain.
func (s *Season) announce(spec Spec) (*Open, error) {
	chain := spec.Consulate + " " + spec.Group + " " + spec.Pool + " " + spec.Kind
	spec.Predecessor, s.last[chain] = s.last[chain], spec.ID
	o, err := s.World.Announce(spec)
	if err == nil {
		s.Draws = append(s.Draws, o)
	}
	return o, err
}

// Week plays one week: a main draw in each group, interleaved, and a standby draw of what came back.
func (s *Season) Week(n int) error {
	w := s.World
	open, err := s.mains(n)
	if err != nil {
		return err
	}
	var weak []bool
	for _, o := range open {
		if len(o.Spec.Seats) == 0 && w.Random.IntN(2) == 0 { // a wave without seats
			weak = append(weak, false)
			if err := o.Cancel(); err != nil {
				return err
			}
			o.World = nil
			continue
		}
		c := Closing{}
		if len(w.witnesses) > 1 && w.Random.IntN(8) == 0 {
			c.Witnesses = w.Policy.K - 1
		}
		weak = append(weak, c.Witnesses > 0)
		if err := o.Close(c); err != nil {
			return err
		}
	}
	for i, o := range open {
		if weak[i] {
			if err := o.Void(0); err != nil {
				return err
			}
		}
	}
	if weak[0] && !weak[1] {
		open[0], open[1] = open[1], open[0] // its round is a day later
	}
	for _, o := range open {
		if o.World == nil {
			o.World = w
			continue
		}
		if err := o.Draw(); err != nil {
			return err
		}
		o.Settle()
		if err := s.standby(o); err != nil {
			return err
		}
	}
	return nil
}

// mains announces a main draw in each group, and people enter.
func (s *Season) mains(n int) (open []*Open, err error) {
	w := s.World
	for _, group := range []string{"passport", "notary"} {
		id := fmt.Sprintf("waw-%s-%02d", group, n)
		o, err := s.announce(Spec{
			ID: id, Kind: "main", Consulate: "waw", Group: group, Pool: "draw", ISOWeek: fmt.Sprintf("2026-W%02d", 10+n%40),
			Seats: w.Seats(id, w.Random.IntN(9), 1+w.Random.IntN(5)), T: []int{0, 2, 4}[w.Random.IntN(3)],
		})
		if err != nil {
			return nil, err
		}
		if len(o.Spec.Seats) > 0 {
			o.Gather(s.people[group], 0.6*w.Random.Float64())
		}
		open = append(open, o)
	}
	return open, nil
}

// standby draws again what was not signed.
func (s *Season) standby(parent *Open) error {
	var seats []draw.Seat
	for _, served := range parent.Drawn.Served {
		if s.World.Random.IntN(3) > 0 {
			continue
		}
		for _, seat := range parent.Spec.Seats {
			for _, id := range served.Seats {
				if seat.ID == id {
					seats = append(seats, seat)
				}
			}
		}
	}
	if len(seats) == 0 {
		return nil
	}
	o, err := s.announce(Spec{
		ID: parent.Spec.ID + "-s1", Kind: "standby", Parent: parent.Spec.ID, Consulate: "waw", Group: parent.Spec.Group, Pool: "draw",
		ISOWeek: parent.Spec.ISOWeek, Seats: seats,
	})
	if err != nil {
		return err
	}
	o.Carry(parent)
	if err := o.Close(Closing{}); err != nil {
		return err
	}
	if err := o.Draw(); err != nil {
		return err
	}
	o.Settle()
	return nil
}
