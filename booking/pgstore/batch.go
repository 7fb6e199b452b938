package pgstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"chesna/booking"
)

// request is one confirmation that waits for its verdict.
type request struct {
	booking.Confirmation
	answer    chan verdict // one place: the writer never waits for the caller
	abandoned bool         // guarded by batcher.mu; the caller has gone before its turn came
}

// verdict is what the ledger says to one confirmation.
type verdict struct {
	appointment booking.Appointment
	err         error
}

type batcherConfig struct {
	size, limit, writers int
	timeout              time.Duration
	work                 func(ctx context.Context, batch []*request)
}

// batcher lets callers wait while few writers take what has queued up, in order of arrival. A batch is never
// waited for: one request alone is a batch of one, and the queue grows while a writer commits.
type batcher struct {
	batcherConfig
	mu       sync.Mutex
	changed  *sync.Cond // queue grew, or state changed
	queue    []*request
	started  bool
	stopping bool
	done     sync.WaitGroup
}

func newBatcher(c batcherConfig) *batcher {
	b := &batcher{batcherConfig: c}
	b.changed = sync.NewCond(&b.mu)
	return b
}

func (b *batcher) start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started {
		return errors.New("pgstore: started before")
	}
	b.started = true
	for range b.writers {
		b.done.Go(b.run)
	}
	return nil
}

// stop refuses new requests and waits until those in the queue have their answers.
func (b *batcher) stop(ctx context.Context) error {
	b.mu.Lock()
	b.stopping = true
	b.changed.Broadcast()
	b.mu.Unlock()
	drained := make(chan struct{})
	go func() {
		b.done.Wait()
		close(drained)
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the last confirmations: %w", ctx.Err())
	}
}

// submit queues a confirmation and waits for its verdict. When ctx ends first the caller leaves alone: a request
// still in the queue is dropped, one in a running batch goes on to its end unseen.
func (b *batcher) submit(ctx context.Context, c booking.Confirmation) (booking.Appointment, error) {
	r := &request{Confirmation: c, answer: make(chan verdict, 1)}
	if err := b.push(r); err != nil {
		return booking.Appointment{}, err
	}
	select {
	case v := <-r.answer:
		return v.appointment, v.err
	case <-ctx.Done():
	}
	b.mu.Lock()
	r.abandoned = true
	b.mu.Unlock()
	select {
	case v := <-r.answer: // it came at the same moment: the truth is better than the excuse
		return v.appointment, v.err
	default:
		return booking.Appointment{}, mapError("wait for the ledger", ctx.Err())
	}
}

func (b *batcher) push(r *request) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !b.started || b.stopping:
		return &booking.Error{Code: booking.CodeUnavailable, Detail: "the ledger takes no confirmations now", RetryAfter: unavailableRetry}
	case len(b.queue) >= b.limit:
		return &booking.Error{Code: booking.CodeUnavailable, Detail: "too many confirmations are waiting", RetryAfter: unavailableRetry}
	}
	b.queue = append(b.queue, r)
	b.changed.Signal()
	return nil
}

// waiting counts the requests in the queue whose callers have not left.
func (b *batcher) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, r := range b.queue {
		if !r.abandoned {
			n++
		}
	}
	return n
}

func (b *batcher) run() {
	for {
		batch, more := b.take()
		if len(batch) > 0 {
			b.serve(batch)
		}
		if !more {
			return
		}
	}
}

// serve gives the batch its time; the callers' contexts play no part, so that one cannot hurt the others.
func (b *batcher) serve(batch []*request) {
	ctx, cancel := context.WithTimeout(context.Background(), b.timeout)
	defer cancel()
	b.work(ctx, batch)
}

// take waits for requests and removes at most size of them; more is false when nothing will ever come.
func (b *batcher) take() (batch []*request, more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.queue) == 0 {
		if b.stopping {
			return nil, false
		}
		b.changed.Wait()
	}
	used := 0
	for used < len(b.queue) && len(batch) < b.size {
		if r := b.queue[used]; !r.abandoned {
			batch = append(batch, r)
		}
		used++
	}
	rest := copy(b.queue, b.queue[used:])
	clear(b.queue[rest:])
	b.queue = b.queue[:rest]
	if rest > 0 {
		b.changed.Signal() // another writer may go on with them
	}
	return batch, true
}
