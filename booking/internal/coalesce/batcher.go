package coalesce

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Errors of Submit. The adapter turns them into words for people.
var (
	ErrStopped = errors.New("coalesce: not started, or stopping")
	ErrFull    = errors.New("coalesce: too many requests are waiting")
)

// Config says how requests are shared out. All fields are required.
type Config[Q, A any] struct {
	Size    int           // most requests of a batch
	Limit   int           // most requests that wait
	Writers int           // batches under way at once
	Timeout time.Duration // of one batch
	// Work answers every request of the batch, once.
	Work func(ctx context.Context, batch []*Request[Q, A])
}

// Request is one wish that waits for its answer.
type Request[Q, A any] struct {
	Of        Q
	answer    chan verdict[A] // one place: the writer never waits for the caller
	abandoned bool            // guarded by Batcher.mu; the caller has gone before its turn came
}

type verdict[A any] struct {
	answer A
	err    error
}

// Answer tells the caller. It never blocks; a request is answered once.
func (r *Request[Q, A]) Answer(a A, err error) { r.answer <- verdict[A]{a, err} }

// Batcher lets callers wait while few writers take what has queued up, in order of arrival. Safe for concurrent use.
type Batcher[Q, A any] struct {
	config   Config[Q, A]
	mu       sync.Mutex
	changed  *sync.Cond // queue grew, or state changed
	queue    []*Request[Q, A]
	started  bool
	stopping bool
	done     sync.WaitGroup
}

// New makes a batcher; Submit works between Start and Stop.
func New[Q, A any](c Config[Q, A]) *Batcher[Q, A] {
	b := &Batcher[Q, A]{config: c}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// Start begins to serve. It returns at once; calling it twice is an error.
func (b *Batcher[Q, A]) Start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started {
		return errors.New("coalesce: started before")
	}
	b.started = true
	for range b.config.Writers {
		b.done.Go(b.run)
	}
	return nil
}

// Stop refuses new requests and waits until those in the queue have their answers.
func (b *Batcher[Q, A]) Stop(ctx context.Context) error {
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
		return fmt.Errorf("wait for the last requests: %w", ctx.Err())
	}
}

// Submit queues a request and waits for its answer: ErrStopped, ErrFull, ctx's error, or what Work says. When ctx ends
// first the caller leaves alone: a request still in the queue is dropped, one in a running batch goes on to its end
// unseen.
func (b *Batcher[Q, A]) Submit(ctx context.Context, q Q) (A, error) {
	r := &Request[Q, A]{Of: q, answer: make(chan verdict[A], 1)}
	var none A
	if err := b.push(r); err != nil {
		return none, err
	}
	select {
	case v := <-r.answer:
		return v.answer, v.err
	case <-ctx.Done():
	}
	b.mu.Lock()
	r.abandoned = true
	b.mu.Unlock()
	select {
	case v := <-r.answer: // it came at the same moment: the truth is better than the excuse
		return v.answer, v.err
	default:
		return none, ctx.Err()
	}
}

func (b *Batcher[Q, A]) push(r *Request[Q, A]) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !b.started || b.stopping:
		return ErrStopped
	case len(b.queue) >= b.config.Limit:
		return ErrFull
	}
	b.queue = append(b.queue, r)
	b.changed.Signal()
	return nil
}

// Waiting counts the requests in the queue whose callers have not left.
func (b *Batcher[Q, A]) Waiting() int {
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

func (b *Batcher[Q, A]) run() {
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

// serve gives the batch its time.
func (b *Batcher[Q, A]) serve(batch []*Request[Q, A]) {
	ctx, cancel := context.WithTimeout(context.Background(), b.config.Timeout)
	defer cancel()
	b.config.Work(ctx, batch)
}

// take waits for requests and removes at most Size of them; more is false when nothing will ever come.
func (b *Batcher[Q, A]) take() (batch []*Request[Q, A], more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.queue) == 0 {
		if b.stopping {
			return nil, false
		}
		b.changed.Wait()
	}
	used := 0
	for used < len(b.queue) && len(batch) < b.config.Size {
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
