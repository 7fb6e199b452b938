package redisinv

import (
	"context"
	"sync"
	"time"

	"chesna/booking"
)

// verdict is what became of one request for a hold.
type verdict struct {
	hold booking.Hold
	err  error
}

// waiting is a request in a batcher's queue. The batcher writes one verdict into done, which has room for it.
type waiting struct {
	request booking.HoldRequest
	done    chan verdict
}

// batcher sends the holds of one post to Redis in batches, one after the other, in order of arrival. While
// one batch is under way the next gathers. A batch of one takes the same path.
type batcher struct {
	inv       *Inventory
	consulate booking.ConsulateID
	queue     chan *waiting
	stop      <-chan struct{}
	ended     chan struct{} // closed when the last verdict of the last batch has been given
}

// queueLength is how many requests of a post may wait; further callers wait outside the queue.
const queueLength = 1024

// submit waits for the verdict on a request. When ctx ends first the hold may have been made all the same:
// asking again gives it back.
func (inv *Inventory) submit(ctx context.Context, r booking.HoldRequest) (booking.Hold, error) {
	b := inv.batcherOf(r.Consulate)
	if b == nil {
		return booking.Hold{}, unavailable("hold", errStopped)
	}
	w := &waiting{request: r, done: make(chan verdict, 1)}
	select {
	case b.queue <- w:
	case <-b.stop:
		return booking.Hold{}, unavailable("hold", errStopped)
	case <-ctx.Done():
		return booking.Hold{}, unavailable("hold", ctx.Err())
	}
	select {
	case v := <-w.done:
		return v.hold, v.err
	case <-ctx.Done():
		return booking.Hold{}, unavailable("hold", ctx.Err())
	case <-b.stop:
	}
	// Stopped: the batch under way still gives its verdicts, the queue does not.
	<-b.ended
	select {
	case v := <-w.done:
		return v.hold, v.err
	default:
		return booking.Hold{}, unavailable("hold", errStopped)
	}
}

// batcherOf finds or starts the batcher of a post; nil while the inventory is not running.
func (inv *Inventory) batcherOf(c booking.ConsulateID) *batcher {
	inv.mu.RLock()
	b, stop := inv.batchers[c], inv.stop
	inv.mu.RUnlock()
	if b != nil || stop == nil {
		return b
	}
	inv.mu.Lock()
	defer inv.mu.Unlock()
	if inv.stop == nil {
		return nil
	}
	if b = inv.batchers[c]; b != nil {
		return b
	}
	b = &batcher{inv: inv, consulate: c, queue: make(chan *waiting, queueLength), stop: inv.stop, ended: make(chan struct{})}
	inv.batchers[c] = b
	go b.loop()
	return b
}

// loop claims and seats one batch after the other. While a batch is concluded, the next one is claimed: in Redis
// that is no different from two processes, and seats still go in order.
func (b *batcher) loop() {
	defer close(b.ended)
	seated := make(chan *seatedBatch)
	var concluding sync.WaitGroup
	concluding.Go(func() {
		for s := range seated {
			b.inv.concludeBatch(context.Background(), s)
		}
	})
	defer concluding.Wait()
	defer close(seated)
	crowded := false
	for {
		select {
		case <-b.stop:
			return
		case first := <-b.queue:
			if b.stopped() {
				return // the queue is not worked off: its requests are told
			}
			batch := b.gather(first, crowded)
			crowded = len(batch) > 1
			seated <- b.inv.seatBatch(context.Background(), b.consulate, batch)
		}
	}
}

func (b *batcher) stopped() bool {
	select {
	case <-b.stop:
		return true
	default:
		return false
	}
}

// gather takes what is queued. When the last batch was crowded it waits a little for more: a lone caller never
// waits, and in a rush fuller batches cost everybody less.
func (b *batcher) gather(first *waiting, crowded bool) []*waiting {
	batch := append(make([]*waiting, 0, b.inv.batchMax), first)
	for len(batch) < b.inv.batchMax {
		select {
		case w := <-b.queue:
			batch = append(batch, w)
			continue
		default:
		}
		break
	}
	if !crowded || b.inv.linger == 0 || len(batch) == b.inv.batchMax {
		return batch
	}
	timer := time.NewTimer(b.inv.linger)
	defer timer.Stop()
	for len(batch) < b.inv.batchMax {
		select {
		case w := <-b.queue:
			batch = append(batch, w)
		case <-timer.C:
			return batch
		case <-b.stop:
			return batch
		}
	}
	return batch
}
