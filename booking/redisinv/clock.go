package redisinv

import (
	"context"
	"strconv"
	"sync"
	"time"

	"chesna/booking"
)

// Clock tells the time of the shard that keeps a post. Implementations are safe for concurrent use.
type Clock interface {
	// Now is the shard's time. An error means that the shard could not be asked.
	Now(ctx context.Context, c booking.ConsulateID) (time.Time, error)
}

// sampleLife is how long a sample of a shard's clock is trusted; the machine's monotonic clock bridges it.
const sampleLife = 5 * time.Second

// shardClock asks the shard of each post for its TIME, at first use and then every sampleLife.
type shardClock struct {
	inv *Inventory

	mu      sync.Mutex
	samples map[booking.ConsulateID]sample
}

type sample struct {
	shard time.Time // what the shard said
	at    time.Time // when, by the local monotonic clock
}

// Now extrapolates the last sample. While one caller refreshes an old sample, others use it.
func (k *shardClock) Now(ctx context.Context, c booking.ConsulateID) (time.Time, error) {
	k.mu.Lock()
	s, known := k.samples[c]
	age := time.Since(s.at)
	if known && age < sampleLife {
		k.mu.Unlock()
		return s.shard.Add(age), nil
	}
	if known && age < 2*sampleLife {
		// The others go on with the old sample for as long as this call may take.
		k.samples[c] = sample{shard: s.shard.Add(age), at: s.at.Add(age)}
	}
	k.mu.Unlock()

	fresh, err := k.inv.sampleClock(ctx, c)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		if !known || age >= 2*sampleLife {
			return time.Time{}, err
		}
		return s.shard.Add(time.Since(s.at)), nil
	}
	k.samples[c] = fresh
	return fresh.shard.Add(time.Since(fresh.at)), nil
}

// sampleClock asks the shard of a post for its time; half of the way there and back is added.
func (inv *Inventory) sampleClock(ctx context.Context, c booking.ConsulateID) (sample, error) {
	began := time.Now()
	r, err := inv.run(ctx, call{script: inv.scripts.clock, keys: []string{epochKey(c)}})
	if err != nil {
		return sample{}, err
	}
	seconds, err1 := strconv.ParseInt(r.text(0), 10, 64)
	micros, err2 := strconv.ParseInt(r.text(1), 10, 64)
	if r.code != codeOK || err1 != nil || err2 != nil {
		return sample{}, call{script: inv.scripts.clock}.unknown(r)
	}
	now := time.Now()
	shard := time.Unix(seconds, micros*1000).Add(now.Sub(began) / 2)
	return sample{shard: shard, at: now}, nil
}
