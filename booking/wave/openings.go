package wave

import (
	"context"
	"sync"
	"time"
)

// freshness is how long a wave that takes entries is not read again for the next entry. Reading it counts its entries,
// which tens of thousands in a minute cannot each wait for; the ledger judges the wave's state last in any case.
const freshness = time.Second

// openings keeps the waves that take entries now. Safe for concurrent use; one reads while the others wait.
type openings struct {
	mu    sync.Mutex
	waves map[ID]opening
}

type opening struct {
	wave Wave
	read time.Time
}

// open is Draw for somebody who enters: at most a second old while the wave takes entries. Counts in it mean nothing.
func (o *Office) open(ctx context.Context, id ID) (Wave, error) {
	now := o.d.Now()
	o.window.mu.Lock()
	defer o.window.mu.Unlock()
	if k, ok := o.window.waves[id]; ok && now.Sub(k.read).Abs() < freshness && now.Before(k.wave.Closes) {
		return k.wave, nil
	}
	w, err := o.Draw(ctx, id)
	if err != nil {
		return Wave{}, err
	}
	if len(o.window.waves) >= MaxDraws || o.window.waves == nil {
		o.window.waves = map[ID]opening{}
	}
	if w.State == StateAnnounced && !now.Before(w.Opens) {
		o.window.waves[id] = opening{wave: w, read: now}
	} else {
		delete(o.window.waves, id)
	}
	return w, nil
}
