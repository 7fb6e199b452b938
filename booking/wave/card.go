package wave

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/identity"
)

// Card tells a person why she was not served in a draw, what her waiting is worth now, and what can honestly be expected.
type Card struct {
	Wave    Wave
	Entries int // in the draw
	Seats   int
	Served  int  // entries that were served
	Won     bool // hers was
	Place   int  // her place in the waiting order, from 1; 0 when she was served
	Weight  int  // in this draw
	// WeightNext and Guaranteed are what she would enter the next main draw with, as things stand now; Target is T of
	// this draw's announcement, 0 when no bound can be promised.
	WeightNext int
	Guaranteed bool
	Target     int
	// Chance is an estimate from below of getting seats in at least one of the next three main draws, 0…1. Known tells
	// that there is a basis for it; Basis and BasisEN say which, or why there is none.
	Chance         float64
	Known          bool
	Basis, BasisEN string
	// Standby is the next standby draw that carries her entry without any act of hers, if one is announced.
	Standby *Wave
}

// Card is the person's card of a drawn wave: of her entry made in it, or carried into it. CodeDrawAbsent,
// CodeNotPublished before the draw, CodeEntryAbsent.
func (o *Office) Card(ctx context.Context, s identity.Session, id ID) (Card, error) {
	w, err := o.Draw(ctx, id)
	if err != nil {
		return Card{}, err
	}
	if w.State != StateDrawn && w.State != StateFinished {
		return Card{}, notPublished(w)
	}
	past, err := o.past(ctx, w)
	if err != nil {
		return Card{}, err
	}
	e, row, err := o.entryIn(ctx, s, w, past)
	if err != nil {
		return Card{}, err
	}
	c := Card{
		Wave: w, Entries: len(past.entries.Rows), Seats: past.seats, Served: past.served,
		Won: past.place[row] == 0, Place: past.place[row], Weight: past.entries.Rows[row].Weight, Target: w.Guarantee.T,
	}
	losses, err := o.losses(ctx, e, w)
	if err != nil {
		return Card{}, err
	}
	c.WeightNext, c.Guaranteed = losses.Weight(), losses.Guaranteed(c.Target) == 1
	if c.Won {
		return c, nil
	}
	if err := o.expect(ctx, &c, past, e, row); err != nil {
		return Card{}, err
	}
	c.Standby, err = o.nextStandby(ctx, e, w)
	return c, err
}

// entryIn finds which line of a draw is the person's: her entry of that wave, or one that was carried into it.
func (o *Office) entryIn(ctx context.Context, s identity.Session, w Wave, p *past) (Entry, int, error) {
	e, err := o.own(ctx, s, w.ID)
	if err != nil {
		return Entry{}, 0, err
	}
	candidates := []Entry{e}
	if w.Kind == KindStandby {
		list, err := o.d.Ledger.EntriesOf(ctx, s.Person)
		if err != nil {
			return Entry{}, 0, err
		}
		candidates = append(candidates, list...)
	}
	for _, e := range candidates {
		if row, ok := p.row(e.NF); e.Rev > 0 && ok {
			return e, row, nil
		}
	}
	return Entry{}, 0, booking.Refuse(booking.CodeEntryAbsent, "you had no entry in this draw")
}

// losses is the standing that the entry's persons would enter with together: the smallest.
func (o *Office) losses(ctx context.Context, e Entry, w Wave) (Standing, error) {
	var least Standing
	for i, m := range e.Members {
		st, err := o.d.Ledger.Standing(ctx, m.Applicant, w.Group)
		if err != nil {
			return Standing{}, err
		}
		if i == 0 || st.Losses < least.Losses {
			least = st
		}
	}
	return least, nil
}

// expect fills in the chance. A standby draw says little about main draws, so its family's main draw is looked at.
func (o *Office) expect(ctx context.Context, c *Card, p *past, e Entry, row int) error {
	base := c.Wave
	if base.Kind == KindStandby {
		c.Basis = "Цей тиждень не мав основного жеребкування, за яким можна було б оцінити наступні."
		c.BasisEN = "This week had no main draw to judge the next ones by."
		if base.Parent == "" {
			return nil
		}
		var err error
		if base, err = o.d.Ledger.Wave(ctx, base.Parent); err != nil {
			return err
		}
		if base.State != StateDrawn && base.State != StateFinished {
			return nil
		}
		if p, err = o.past(ctx, base); err != nil {
			return err
		}
	}
	// Her own line in the main draw, if she has one, is not a rival of hers.
	mine, ok := p.row(e.NF)
	if !ok {
		mine = -1
	}
	own := traits{weight: c.WeightNext, guaranteed: c.Guaranteed, size: e.Size(), windows: e.Windows, grows: e.CountsLoss}
	v := view(base, p, own, mine)
	if v.near.room < 1 {
		c.Basis = "Прийнятні для вас проміжки цього жеребкування не мають досить місць, тож оцінити шанс неможливо."
		c.BasisEN = "The windows you accept had too few seats in this draw, so that the chance cannot be estimated."
		return nil
	}
	c.Chance, c.Known = v.chance(own, chanceDraws), true
	c.Basis, c.BasisEN = v.basis()
	return nil
}

func (o *Office) nextStandby(ctx context.Context, e Entry, w Wave) (*Wave, error) {
	made := w
	if e.Wave != w.ID {
		var err error
		if made, err = o.d.Ledger.Wave(ctx, e.Wave); err != nil {
			return nil, err
		}
	}
	carried, err := o.carried(ctx, e, made)
	if err != nil || len(carried) == 0 {
		return nil, err
	}
	next := slices.MinFunc(carried, func(a, b Wave) int { return a.Closes.Compare(b.Closes) })
	return &next, nil
}

// past is a drawn wave as cards read it. It is never changed once it is made.
type past struct {
	entries *draw.Entries
	place   []int // in the waiting order, from 1; 0: served. In the order of the entries
	seats   int
	served  int
}

func (p *past) row(nf [32]byte) (int, bool) {
	return slices.BinarySearchFunc(p.entries.Rows, nf, func(e draw.Entry, nf [32]byte) int {
		return strings.Compare(string(e.NF[:]), string(nf[:]))
	})
}

// shelf keeps some drawn waves: thousands ask for their cards in the minutes after a draw, and reading its files
// takes a tenth of a second each time. What is drawn never changes, so nothing here grows old.
type shelf struct {
	mu    sync.Mutex
	draws map[ID]*past
	order []ID
}

const shelved = 4

func (s *shelf) get(id ID) *past {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draws[id]
}

func (s *shelf) put(id ID, p *past) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.draws[id]; ok {
		return
	}
	if len(s.order) == shelved {
		delete(s.draws, s.order[0])
		s.order = slices.Delete(s.order, 0, 1)
	}
	if s.draws == nil {
		s.draws = map[ID]*past{}
	}
	s.draws[id], s.order = p, append(s.order, id)
}

func (o *Office) past(ctx context.Context, w Wave) (*past, error) {
	if p := o.shelf.get(w.ID); p != nil {
		return p, nil
	}
	files, err := o.d.Ledger.Files(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	p, err := readPast(files)
	if err != nil {
		return nil, fmt.Errorf("read the files of %s: %w", w.ID, err)
	}
	o.shelf.put(w.ID, p)
	return p, nil
}

func readPast(f Files) (*past, error) {
	entries, err := draw.ParseEntries(f.Entries)
	if err != nil {
		return nil, err
	}
	p := &past{entries: entries, place: make([]int, len(entries.Rows)), seats: strings.Count(string(f.Manifest), "\n")}
	waiting, place := false, 0
	for line := range strings.Lines(string(f.Result)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "--":
			waiting = true
		case strings.HasPrefix(line, "closed "):
		case !waiting:
			p.served++
		default:
			var nf [32]byte
			n, err := hex.Decode(nf[:], []byte(line[:min(len(line), 64)]))
			row, ok := p.row(nf)
			if err != nil || n != 32 || !ok {
				return nil, fmt.Errorf("the result names an entry that is none")
			}
			place++
			p.place[row] = place
		}
	}
	if p.served+place != len(p.place) {
		return nil, fmt.Errorf("the result names %d of %d entries", p.served+place, len(p.place))
	}
	return p, nil
}
