package wave

import (
	"context"
	"sync"
	"time"
)

// While a wave takes entries, whoever enters or looks at her entry is shown what was read of it some seconds ago: reading
// it counts its entries, which takes a tenth of a second when they are 100,000. While one reads it again the others have
// the old one for some seconds more. The ledger judges the state of the wave last in any case.
const (
	freshness = 5 * time.Second
	patience  = 10 * time.Second
)

// openings keeps the waves that take entries now. Safe for concurrent use.
type openings struct {
	mu    sync.Mutex
	waves map[ID]*opening
}

type opening struct {
	wave Wave
	read time.Time
	busy bool // somebody reads it again
}

// open is Draw for those who enter and who look at their entries.
func (o *Office) open(ctx context.Context, id ID) (Wave, error) {
	now := o.d.Now()
	if w, ok := o.window.get(id, now); ok {
		return w, nil
	}
	w, err := o.Draw(ctx, id)
	o.window.put(id, now, w, err)
	return w, err
}

// get finds a wave that was read lately; if it answers none, the caller reads and puts.
func (s *openings) get(id ID, now time.Time) (Wave, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.waves[id]
	if !ok || !now.Before(k.wave.Closes) {
		return Wave{}, false
	}
	age := now.Sub(k.read).Abs()
	if age < freshness || k.busy && age < patience {
		return k.wave, true
	}
	k.busy = true
	return Wave{}, false
}

// put keeps what was read if it takes entries, and forgets it otherwise.
func (s *openings) put(id ID, now time.Time, w Wave, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, known := s.waves[id]
	switch {
	case err != nil && known:
		k.busy = false
	case err != nil:
	case w.State != StateAnnounced || now.Before(w.Opens):
		delete(s.waves, id)
	default:
		if len(s.waves) >= MaxDraws || s.waves == nil {
			s.waves = map[ID]*opening{}
		}
		s.waves[id] = &opening{wave: w, read: now}
	}
}
