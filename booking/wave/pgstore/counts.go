package pgstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"chesna/booking/wave/pgstore/rows"
)

// A count of the entries of a wave that takes them is shown for this long before it is counted again; while one counts, the
// others have the old one for a little longer. A hundred thousand who look in the same minute do not each count.
const (
	countFor   = time.Second
	countGrace = 5 * time.Second
)

// counts keeps the numbers of entries of waves that are not frozen. Safe for concurrent use.
type counts struct {
	mu sync.Mutex
	of map[string]counted
}

type counted struct {
	entries int
	at      time.Time
	busy    bool // somebody counts it again
}

// fresh splits the waves into those whose number is known and those that the caller has to count and put.
func (c *counts) fresh(ids []string, now time.Time) (known map[string]int, missing []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known = make(map[string]int, len(ids))
	for _, id := range ids {
		k, ok := c.of[id]
		if age := now.Sub(k.at); ok && (age < countFor || k.busy && age < countGrace) {
			known[id] = k.entries
			continue
		}
		if ok {
			k.busy = true
			c.of[id] = k
		}
		missing = append(missing, id)
	}
	return known, missing
}

// put keeps what was counted; waves without an entry have no row.
func (c *counts) put(ids []string, found map[string]int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]counted{}
	}
	for id, k := range c.of { // those that nobody looks at any more
		if now.Sub(k.at) > time.Minute {
			delete(c.of, id)
		}
	}
	for _, id := range ids {
		c.of[id] = counted{entries: found[id], at: now}
	}
}

// takers tells how many entries take part in each of the waves, within countFor. With a clock of tests it counts each time.
func (s *Store) takers(ctx context.Context, q *rows.Queries, ids []string) (map[string]int, error) {
	known, missing := map[string]int{}, ids
	if s.clock == nil {
		known, missing = s.counts.fresh(ids, time.Now())
	}
	if len(missing) == 0 {
		return known, nil
	}
	began := time.Now()
	found, err := q.CountTakers(ctx, missing)
	if err != nil {
		return nil, fmt.Errorf("count the entries: %w", err)
	}
	now := make(map[string]int, len(found))
	for _, r := range found {
		now[r.Wave] = int(r.Entries)
	}
	s.counts.put(missing, now, began)
	for _, id := range missing {
		known[id] = now[id]
	}
	return known, nil
}
