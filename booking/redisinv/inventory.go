package redisinv

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"chesna/booking"
)

// Deps is what an Inventory needs. Only Client is required.
type Deps struct {
	// Client reaches one server, Sentinel or a cluster. A cluster's ClusterStateReloadInterval should be 1 s.
	// The Inventory does not close it.
	Client redis.UniversalClient
	// Clock tells shard time; nil asks each shard for its own.
	Clock  Clock
	Logger *slog.Logger
	// BatchMax is how many holds go to a post in one script call: 1 to 32, 0 means 32.
	BatchMax int
	// Linger is how long a batch that is not full may wait for more when the last one was crowded: up to 2 ms;
	// 0 means 200 µs, a negative value does not wait.
	Linger time.Duration
	// Timeout bounds one exchange with Redis; 0 means 1 s. A batch of holds is tried twice.
	Timeout time.Duration
	// ClaimTTL is how long a claim without a hold lives; 0 means 5 s.
	ClaimTTL time.Duration
	// GateLife is how long "sold out" is believed without asking; 0 means 100 ms, negative switches the gate off.
	GateLife time.Duration
	// MaxSkew is how far a shard's clock may be from this machine's before Ping fails; 0 means 1 s.
	MaxSkew time.Duration
}

const (
	codeOK          = "OK"
	codeNoInventory = "NO_INVENTORY"
	codeNotFound    = "NOT_FOUND"
	codeEnded       = "ENDED"

	maxBatch    = 32
	maxLinger   = 2 * time.Millisecond
	chunk       = 200            // seats or holds in one script call outside the hold path
	keyGrace    = time.Minute    // how long a person key outlives its hold
	pinnedGrace = 24 * time.Hour // the same for a hold that waits for the ledger
	dayLife     = 48 * time.Hour
	pastLife    = 24 * time.Hour
	defaultDay  = 3

	defaultTimeout = time.Second
)

// Inventory implements booking.Inventory on Redis. Start it before the first Hold and Stop it at the end; the
// other methods work without.
type Inventory struct {
	client   redis.UniversalClient
	clock    Clock
	log      *slog.Logger
	scripts  scripts
	batchMax int
	linger   time.Duration
	timeout  time.Duration
	claimTTL time.Duration
	maxSkew  time.Duration
	gate     *gate
	counters counters

	mu       sync.RWMutex
	batchers map[booking.ConsulateID]*batcher
	stop     chan struct{} // nil while not running
}

var _ booking.Inventory = (*Inventory)(nil)

// New checks the deps and makes an Inventory. It does not talk to Redis.
func New(d Deps) (*Inventory, error) {
	if d.Client == nil {
		return nil, errors.New("redisinv: a client is needed")
	}
	if d.BatchMax < 0 || d.BatchMax > maxBatch {
		return nil, fmt.Errorf("redisinv: batch of %d, at most %d", d.BatchMax, maxBatch)
	}
	if d.Linger > maxLinger {
		return nil, fmt.Errorf("redisinv: linger of %s, at most %s", d.Linger, maxLinger)
	}
	loaded, err := loadScripts()
	if err != nil {
		return nil, err
	}
	inv := &Inventory{
		client: d.Client, clock: d.Clock, log: d.Logger, scripts: loaded,
		batchMax: d.BatchMax, linger: max(0, orElse(d.Linger, 200*time.Microsecond)),
		timeout: orElse(d.Timeout, defaultTimeout), claimTTL: orElse(d.ClaimTTL, 5*time.Second),
		maxSkew: orElse(d.MaxSkew, time.Second), gate: newGate(orElse(d.GateLife, 100*time.Millisecond)),
		batchers: map[booking.ConsulateID]*batcher{},
	}
	if inv.batchMax == 0 {
		inv.batchMax = maxBatch
	}
	if inv.log == nil {
		inv.log = slog.New(slog.DiscardHandler)
	}
	if inv.clock == nil {
		inv.clock = &shardClock{inv: inv, samples: map[booking.ConsulateID]sample{}}
	}
	return inv, nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// Start lets Hold work. Starting twice is no error.
func (inv *Inventory) Start() {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	if inv.stop == nil {
		inv.stop = make(chan struct{})
	}
}

// Stop ends the batchers and waits for the batches under way; requests that still wait get CodeUnavailable.
func (inv *Inventory) Stop() {
	inv.mu.Lock()
	batchers := inv.batchers
	if inv.stop != nil {
		close(inv.stop)
		inv.stop = nil
		inv.batchers = map[booking.ConsulateID]*batcher{}
	}
	inv.mu.Unlock()
	for _, b := range batchers {
		<-b.ended
	}
}

// Ping asks every master for its time. It fails when one does not answer or is more than MaxSkew away.
func (inv *Inventory) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	if cluster, ok := inv.client.(*redis.ClusterClient); ok {
		return pingError(cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
			return inv.pingNode(ctx, c)
		}))
	}
	return pingError(inv.pingNode(ctx, inv.client))
}

// timekeeper is what a client of one server and a client of many have in common here.
type timekeeper interface {
	Time(ctx context.Context) *redis.TimeCmd
}

func (inv *Inventory) pingNode(ctx context.Context, c timekeeper) error {
	began := time.Now()
	shard, err := c.Time(ctx).Result()
	if err != nil {
		return err
	}
	middle := began.Add(time.Since(began) / 2)
	if skew := shard.Sub(middle).Abs(); skew > inv.maxSkew {
		return fmt.Errorf("clock skew of %s", skew.Round(time.Millisecond))
	}
	return nil
}

// pingError makes every failure of a ping CodeUnavailable: the shard is not ready, whatever the reason.
func pingError(err error) error {
	if err == nil {
		return nil
	}
	return unavailable("ping", err)
}
