package redisinv

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// gate remembers for a moment that a span of starts was sold out, so that a rush does not reach Redis. Its
// word is local to the process, lives gateLife at most and ends with the process's own Publish or Rebuild.
// It also knows whom this process gave a hold: those are asked for in Redis all the same.
type gate struct {
	life time.Duration

	mu      sync.RWMutex
	round   map[booking.ConsulateID]uint64
	words   map[gateKey]time.Time
	holders map[holderKey]time.Time
	crowd   int // how many holders there may be before those whose hold is over are dropped
}

type gateKey struct {
	consulate booking.ConsulateID
	group     booking.GroupID
	from, to  int64
}

type holderKey struct {
	applicant uuid.UUID
	group     booking.GroupID
}

// gateMany is how many words the gate remembers; beyond it all are dropped.
const gateMany = 4096

func newGate(life time.Duration) *gate {
	return &gate{
		life: life, round: map[booking.ConsulateID]uint64{}, words: map[gateKey]time.Time{},
		holders: map[holderKey]time.Time{}, crowd: gateMany,
	}
}

func gateKeyOf(r booking.HoldRequest) gateKey {
	return gateKey{r.Consulate, r.Group, r.From.Unix(), r.To.Unix()}
}

// closed tells that the request can be answered "sold out" without asking.
func (g *gate) closed(r booking.HoldRequest) bool {
	if g.life < 0 {
		return false
	}
	now := time.Now()
	g.mu.RLock()
	defer g.mu.RUnlock()
	until, ok := g.words[gateKeyOf(r)]
	if !ok || now.After(until) {
		return false
	}
	return !g.holders[holderKey{r.Applicant, r.Group}].After(now)
}

// at is the round of a post; a word that was asked for in an older round is not taken.
func (g *gate) at(c booking.ConsulateID) uint64 {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.round[c]
}

// shut notes that a request was answered "sold out" by Redis in the given round.
func (g *gate) shut(r booking.HoldRequest, round uint64) {
	if g.life < 0 {
		return
	}
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.round[r.Consulate] != round {
		return
	}
	if len(g.words) >= gateMany {
		clear(g.words)
	}
	g.words[gateKeyOf(r)] = now.Add(g.life)
}

// open ends every word about a post: seats were added.
func (g *gate) open(c booking.ConsulateID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.round[c]++
	for k := range g.words {
		if k.consulate == c {
			delete(g.words, k)
		}
	}
}

// holds notes that an applicant has a hold for some time.
func (g *gate) holds(h booking.Hold, d time.Duration) {
	if g.life < 0 {
		return
	}
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.holders) >= g.crowd {
		for k, until := range g.holders {
			if now.After(until) {
				delete(g.holders, k)
			}
		}
		g.crowd = max(gateMany, 2*len(g.holders))
	}
	g.holders[holderKey{h.Applicant, h.Group}] = now.Add(d)
}

// SoldOut tells, without asking Redis, that the span was sold out a moment ago (Deps.GateLife): good for the
// edge to refuse a rush before costly work. False says nothing.
func (inv *Inventory) SoldOut(c booking.ConsulateID, g booking.GroupID, from, to time.Time) bool {
	return inv.gate.closed(booking.HoldRequest{Consulate: c, Group: g, From: from, To: to})
}
