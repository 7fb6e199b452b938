package audittest

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math/bits"
	"time"

	"chesna/booking/draw"
)

// Person is somebody who enters draws of one service group.
type Person struct {
	pseudonym string
	Losses    int
	week      string // of the last loss that counted
}

// People makes persons who never lost.
func (w *World) People(n int) []*Person {
	out := make([]*Person, n)
	for i := range out {
		out[i] = &Person{pseudonym: fmt.Sprintf("%x", w.bytes(32))}
	}
	return out
}

func (w *World) nf(kind string, p *Person, drawID string) (n [32]byte) {
	h := hmac.New(sha256.New, w.secret)
	fmt.Fprintf(h, "%s\x00%s\x00%s", kind, p.pseudonym, drawID)
	h.Sum(n[:0])
	return n
}

// weight of a person or a family: the smallest of its members'.
func weight(people []*Person) (w int) {
	least := people[0].Losses
	for _, p := range people {
		least = min(least, p.Losses)
	}
	return min(1+least, draw.MaxWeight)
}

// Enter takes an entry with a receipt.
func (o *Open) Enter(people []*Person, windows uint64) {
	w := o.World
	e := Entry{NF: w.nf("chesna/nf/v1", people[0], o.Spec.ID), Weight: weight(people), People: people, Windows: windows, C: [32]byte(w.bytes(32))}
	e.Ensured = o.Spec.T > 0 && e.Weight > o.Spec.T
	e.Receipt = w.receipt(o.Spec.ID, 1, o.Announcement.Opens.Time, e)
	o.Entries = append(o.Entries, e)
}

func (w *World) receipt(id string, rev int, at time.Time, e Entry) []byte {
	return sign(w.operator, fmt.Sprintf("chesna/receipt/v1\n%s\n%d\n%s\n%s\n%x\n", id, rev, at.UTC().Format("2006-01-02T15:04:05Z"), e.Line(), e.C))
}

// Receipt makes a further receipt for an entry, of a higher revision.
func (o *Open) Receipt(e Entry, rev int) []byte {
	return o.World.receipt(o.Spec.ID, rev, o.Announcement.Opens.Time, e)
}

// mask draws a set of accepted windows among those with seats.
func (w *World) mask(seats []draw.Seat) (m uint64) {
	all := uint64(0)
	for _, s := range seats {
		all |= 1 << s.Window
	}
	if w.Random.IntN(3) == 0 {
		return all
	}
	for m == 0 {
		m = all & w.Random.Uint64()
	}
	return m
}

// Gather lets people enter at random, some of them as families.
func (o *Open) Gather(people []*Person, share float64) {
	w := o.World
	order := w.Random.Perm(len(people))
	for i := 0; i < len(order); i++ {
		if w.Random.Float64() >= share {
			continue
		}
		size := 1
		if w.Random.IntN(6) == 0 {
			size = 2 + w.Random.IntN(3)
		}
		var family []*Person
		for ; size > 0 && i < len(order); size, i = size-1, i+1 {
			family = append(family, people[order[i]])
		}
		i--
		o.Enter(family, w.mask(o.Spec.Seats))
	}
}

// Settle changes what people have lost, after a main draw: who was offered a seat starts again; a loss counts once a
// week, for entries that accept at least three windows.
func (o *Open) Settle() {
	if o.Drawn == nil {
		return
	}
	waits := map[[32]byte]bool{}
	for _, n := range o.Drawn.Waiting {
		waits[n] = true
	}
	for _, e := range o.Entries {
		for _, p := range e.People {
			switch {
			case !waits[e.NF]:
				p.Losses = 0
			case o.Spec.Kind == "main" && bits.OnesCount64(e.Windows) >= 3 && p.week != o.Spec.ISOWeek:
				p.Losses, p.week = p.Losses+1, o.Spec.ISOWeek
			}
		}
	}
}

// Carry enters those who wait in a parent draw into its standby draw: the same nf and weight, no guarantee. Some leave.
func (o *Open) Carry(parent *Open) {
	waits := map[[32]byte]bool{}
	for _, n := range parent.Drawn.Waiting {
		waits[n] = true
	}
	returned := uint64(0)
	for _, s := range o.Spec.Seats {
		returned |= 1 << s.Window
	}
	for _, e := range parent.Entries {
		if waits[e.NF] && e.Windows&returned != 0 && o.World.Random.IntN(8) != 0 {
			e.Ensured = false
			o.Entries = append(o.Entries, e)
		}
	}
}

// Seats makes seats in windows, each on a day of its own, with a seat's identifier beginning with a prefix.
func (w *World) Seats(prefix string, n, windowsMax int) []draw.Seat {
	day := w.Now.AddDate(0, 0, 21).Truncate(24 * time.Hour)
	next := map[[2]int]int{}
	var out []draw.Seat
	for i := range n {
		window, counter := w.Random.IntN(windowsMax), w.Random.IntN(2)
		slot := next[[2]int{window, counter}]
		next[[2]int{window, counter}]++
		if w.Random.IntN(5) == 0 {
			next[[2]int{window, counter}]++ // a gap
		}
		out = append(out, draw.Seat{
			ID: fmt.Sprintf("%s-%d", prefix, i), Window: window, Minutes: 20, Counter: fmt.Sprintf("c%d", counter+1),
			Start: day.AddDate(0, 0, window).Add(9*time.Hour + time.Duration(slot)*20*time.Minute),
		})
	}
	return out
}
