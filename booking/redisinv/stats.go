package redisinv

import "sync/atomic"

// counters count what the hold path did since New.
type counters struct {
	requests, gated, batches, again atomic.Int64
}

// Stats are figures of the hold path since New, for metrics.
type Stats struct {
	Requests int64 // holds that were asked for
	Gated    int64 // of them answered "sold out" by the gate, without Redis
	Batches  int64 // script calls of hold.lua; (Requests − Gated) / Batches is the mean batch
	Again    int64 // exchanges that failed and were sent again
}

// Stats reads the figures; each is right by itself, together they may be of slightly different moments.
func (inv *Inventory) Stats() Stats {
	c := &inv.counters
	return Stats{Requests: c.requests.Load(), Gated: c.gated.Load(), Batches: c.batches.Load(), Again: c.again.Load()}
}
