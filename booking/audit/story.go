package audit

import (
	"fmt"

	"chesna/booking/draw"
)

// told is a leaf that was read, with its place among the bundle's leaves.
type told[L any] struct {
	leaf L
	at   int
}

// story is what the leaves of a draw tell, as far as they can be read. What did not happen is nil.
type story struct {
	announcement *told[draw.Announcement]
	closing      *told[draw.Close]
	voids        []told[draw.Void]
	newChain     *told[draw.NewChain]
	cancelled    *told[draw.Cancelled]
	result       *told[draw.ResultLeaf]
	delayed      int

	announcements, closings int
	faults                  []string // of form and order
}

const maxVoids = 3

// tell reads the leaves of a bundle in the order of their numbers.
func tell(leaves []Leaf) *story {
	s := &story{}
	for i, l := range leaves {
		head, err := draw.ParseHead(l.JSON)
		if err == nil {
			err = s.add(head.Type, i, l.JSON)
		}
		if err != nil {
			s.complain(l.Seq, "%v", err)
			continue
		}
		if head.Seq != l.Seq {
			s.complain(l.Seq, "says that its number is %d", head.Seq)
		}
		if draw.CheckDrawID(head.DrawID) != nil || s.announcement != nil && head.DrawID != s.announcement.leaf.DrawID {
			s.complain(l.Seq, "is about another draw")
		}
	}
	switch {
	case s.announcement == nil:
		s.faults = append(s.faults, "no announcement can be read")
	case s.cancelled == nil && s.result == nil:
		s.faults = append(s.faults, "neither a result nor a cancellation ends the draw")
	}
	return s
}

func (s *story) complain(seq int64, format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf("leaf %d ", seq)+fmt.Sprintf(format, args...))
}

// add reads one leaf and puts it in its place. The order of a draw is: announcement, close, voids, delayed and new chain,
// result; a cancellation may come at any time and ends it.
func (s *story) add(kind draw.LeafType, at int, b []byte) error {
	var early, late bool
	ended, renamed := s.result != nil || s.cancelled != nil, s.newChain != nil
	var err error
	switch kind {
	case draw.LeafAnnouncement:
		s.announcements++
		early, late, err = s.announcements == 1 && at > 0, s.announcements > 1, put(&s.announcement, at, b)
	case draw.LeafClose:
		s.closings++
		early, late, err = s.announcement == nil, s.closings > 1, put(&s.closing, at, b)
	case draw.LeafVoid:
		var v *told[draw.Void]
		err = put(&v, at, b)
		if err == nil {
			s.voids = append(s.voids, *v)
			if v.leaf.Attempt != len(s.voids) || v.leaf.Attempt > maxVoids {
				s.complain(v.leaf.Seq, "is void number %d, not %d", v.leaf.Attempt, len(s.voids))
			}
		}
		early, late = s.closing == nil, s.delayed > 0 || renamed
	case draw.LeafDelayed:
		s.delayed++
		_, err = draw.ParseLeaf[draw.Delayed](b)
		early = s.closing == nil
	case draw.LeafNewChain:
		early, late, err = s.closing == nil, renamed, put(&s.newChain, at, b)
	case draw.LeafCancelled:
		early, err = s.announcement == nil, put(&s.cancelled, at, b)
	case draw.LeafResult:
		early, err = s.closing == nil, put(&s.result, at, b)
	default:
		return fmt.Errorf("is of no known type")
	}
	if err == nil && (early || late || ended) {
		err = fmt.Errorf("(%s) is out of order", kind)
	}
	return err
}

// put reads a leaf strictly. The first of a kind stays: a second one is counted or out of order.
func put[L any](slot **told[L], at int, b []byte) error {
	leaf, err := draw.ParseLeaf[L](b)
	if err != nil {
		return err
	}
	if *slot == nil {
		*slot = &told[L]{leaf, at}
	}
	return nil
}

// attempt is how many attempts were declared void.
func (s *story) attempt() int { return min(len(s.voids), maxVoids) }

// wellFormed tells whether a leaf is one of its type, in canonical form.
func wellFormed(kind draw.LeafType, b []byte) (err error) {
	switch kind {
	case draw.LeafAnnouncement:
		_, err = draw.ParseLeaf[draw.Announcement](b)
	case draw.LeafClose:
		_, err = draw.ParseLeaf[draw.Close](b)
	case draw.LeafVoid:
		_, err = draw.ParseLeaf[draw.Void](b)
	case draw.LeafDelayed:
		_, err = draw.ParseLeaf[draw.Delayed](b)
	case draw.LeafNewChain:
		_, err = draw.ParseLeaf[draw.NewChain](b)
	case draw.LeafCancelled:
		_, err = draw.ParseLeaf[draw.Cancelled](b)
	case draw.LeafResult:
		_, err = draw.ParseLeaf[draw.ResultLeaf](b)
	default:
		err = fmt.Errorf("is of no known type")
	}
	return err
}
