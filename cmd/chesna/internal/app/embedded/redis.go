package embedded

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Tick is how often miniredis is told that time has passed. A tick walks over all keys with a time to live (2 ms for 10,000 of them), so shorter
// ones cost more than they give; miniredis's own clock (ClockTTL) does that walk in every command.
const Tick = 250 * time.Millisecond

// Redis is a miniredis in this process, on a random loopback port, empty at each Start.
type Redis struct {
	mu     sync.Mutex
	server *miniredis.Miniredis
	stop   chan struct{}
	driven chan struct{}
}

// NewRedis returns a stopped server.
func NewRedis() *Redis { return &Redis{} }

// Start begins to listen and to let time pass. A second Start without Stop is an error.
func (r *Redis) Start(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server != nil {
		return errors.New("the embedded Redis runs already")
	}
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil { // 127.0.0.1, random port
		return fmt.Errorf("start the embedded Redis: %w", err)
	}
	r.server, r.stop, r.driven = server, make(chan struct{}), make(chan struct{})
	go drive(server, r.stop, r.driven)
	return nil
}

// drive forwards the real time that went by since the last tick, so that a delayed tick loses nothing.
func drive(server *miniredis.Miniredis, stop <-chan struct{}, driven chan<- struct{}) {
	defer close(driven)
	ticker := time.NewTicker(Tick)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			now := time.Now()
			server.FastForward(now.Sub(last))
			last = now
		}
	}
}

// Stop closes all connections and forgets all keys. Stopping a stopped server does nothing.
func (r *Redis) Stop(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server == nil {
		return nil
	}
	close(r.stop)
	<-r.driven
	r.server.Close()
	r.server = nil
	return nil
}

// URL is the address in the form of REDIS_URL; empty when stopped.
func (r *Redis) URL() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server == nil {
		return ""
	}
	return "redis://" + r.server.Addr() + "/0"
}
