package pgstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking"
	"chesna/booking/journal"
	"chesna/booking/journal/pgstore/rows"
)

// pending is what one transaction moves into the tree: the leaves, and where they came from, in the same order: first
// those of the queue, then the events.
type pending struct {
	leaves [][]byte
	queued []int64 // journal_queue.seq
	events []int64 // events.seq
}

// Extend implements journal.Store. The log journal takes its queue and every event that has no leaf yet; the log draws its
// queue, which must continue the tree without a gap (CodeCorrupt).
func (s *Store) Extend(ctx context.Context, log string, limit int, grow journal.GrowFunc) (added int, err error) {
	if limit < 1 {
		return 0, journal.Refuse(journal.CodeInvalid, "a batch has at least one leaf")
	}
	lock := lockJournal
	if log == journal.NameDraws {
		lock = lockDraws
	}
	err = s.write(ctx, "extend the log", func(q *rows.Queries) error {
		if err := q.CommitDurably(ctx); err != nil { // what is signed next must not be lost with the server
			return fmt.Errorf("ask for a durable commit: %w", err)
		}
		if err := q.LockLog(ctx, lock); err != nil {
			return fmt.Errorf("wait for another sequencer: %w", err)
		}
		head, err := readHead(ctx, q, log)
		if err != nil {
			return err
		}
		p, err := take(ctx, q, log, head, limit)
		if err != nil || len(p.leaves) == 0 {
			return err
		}
		added = len(p.leaves)
		grown, hashes, err := grow(head, p.leaves, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			return readHashes(ctx, q, log, indexes)
		}))
		if err != nil {
			return err
		}
		return put(ctx, q, log, head, grown, p, hashes)
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// take reads what waits, at most limit leaves.
func take(ctx context.Context, q *rows.Queries, log string, head journal.Head, limit int) (p pending, err error) {
	queued, err := q.Queued(ctx, rows.QueuedParams{Log: log, MaxRows: int32(limit)})
	if err != nil {
		return p, fmt.Errorf("read the queue: %w", err)
	}
	for i, r := range queued {
		if r.Number != nil && *r.Number != head.Size+int64(i) {
			return p, journal.Refuse(journal.CodeCorrupt, fmt.Sprintf("leaf %d waits where leaf %d belongs", *r.Number, head.Size+int64(i)))
		}
		p.leaves, p.queued = append(p.leaves, r.Leaf), append(p.queued, r.Seq)
	}
	if log != journal.NameJournal || len(p.leaves) == limit {
		return p, nil
	}
	events, err := q.EventsWithoutLeaf(ctx, int32(limit-len(p.leaves)))
	if err != nil {
		return p, fmt.Errorf("read events: %w", err)
	}
	for _, r := range events {
		opening, err := openEvent(rows.EventOfRow{
			Seq: r.Seq, ID: r.ID, At: r.At, Type: r.Type, Actor: r.Actor, ActorRole: r.ActorRole, Subject: r.Subject,
			Appointment: r.Appointment, Consulate: r.Consulate, Seat: r.Seat, Data: r.Data, Blind: r.Blind,
		})
		if err != nil {
			return p, fmt.Errorf("make the leaf of event %d: %w", r.Seq, err)
		}
		p.leaves, p.events = append(p.leaves, opening.Leaf), append(p.events, r.Seq)
	}
	return p, nil
}

// put writes the extension and moves the head, if it still is what the extension was computed from.
func put(ctx context.Context, q *rows.Queries, log string, head, grown journal.Head, p pending, hashes []tlog.Hash) error {
	leaves := make([]rows.InsertLeavesParams, len(p.leaves))
	for i, leaf := range p.leaves {
		leaves[i] = rows.InsertLeavesParams{Log: log, Idx: head.Size + int64(i), Leaf: leaf}
	}
	if _, err := q.InsertLeaves(ctx, leaves); err != nil {
		return fmt.Errorf("write leaves: %w", err)
	}
	first := tlog.StoredHashCount(head.Size)
	stored := make([]rows.InsertHashesParams, len(hashes))
	for i := range hashes {
		stored[i] = rows.InsertHashesParams{Log: log, Idx: first + int64(i), Hash: hashes[i][:]}
	}
	if _, err := q.InsertHashes(ctx, stored); err != nil {
		return fmt.Errorf("write hashes: %w", err)
	}
	if err := settle(ctx, q, head.Size, p); err != nil {
		return err
	}
	empty := journal.EmptyHead()
	if err := q.EnsureHead(ctx, rows.EnsureHeadParams{Log: log, Root: empty.Root[:]}); err != nil {
		return fmt.Errorf("write the first head: %w", err)
	}
	moved, err := q.SwapHead(ctx, rows.SwapHeadParams{
		Log: log, OldSize: head.Size, OldRoot: head.Root[:], NewSize: grown.Size, NewRoot: grown.Root[:],
	})
	if err != nil {
		return fmt.Errorf("move the head: %w", err)
	}
	if moved != 1 {
		return journal.Refuse(journal.CodeConflict, "the head has moved meanwhile")
	}
	return nil
}

// settle takes the leaves from where they waited.
func settle(ctx context.Context, q *rows.Queries, from int64, p pending) error {
	if n := len(p.queued); n > 0 {
		gone, err := q.Unqueue(ctx, p.queued)
		if err != nil {
			return fmt.Errorf("shorten the queue: %w", err)
		}
		if gone != int64(n) {
			return journal.Refuse(journal.CodeConflict, "a queued leaf has gone meanwhile")
		}
	}
	if n := len(p.events); n > 0 {
		indexes := make([]int64, n)
		for i := range indexes {
			indexes[i] = from + int64(len(p.queued)+i)
		}
		numbered, err := q.NumberEvents(ctx, rows.NumberEventsParams{Seqs: p.events, Indexes: indexes})
		if err != nil {
			return fmt.Errorf("note the events' leaves: %w", err)
		}
		if numbered != int64(n) {
			return journal.Refuse(journal.CodeConflict, "an event has got its leaf meanwhile")
		}
	}
	return nil
}

// openEvent makes the opening of an event's leaf.
func openEvent(r rows.EventOfRow) (journal.EventOpening, error) {
	e := booking.Event{
		ID: r.ID, At: r.At, Type: booking.EventType(r.Type), Actor: booking.Actor{Person: r.Actor.UUID, Role: r.ActorRole},
		Subject: r.Subject.UUID, Appointment: r.Appointment.UUID, Consulate: booking.ConsulateID(r.Consulate),
		Seat: booking.SeatID(r.Seat),
	}
	if err := json.Unmarshal(r.Data, &e.Data); err != nil {
		return journal.EventOpening{}, &journal.Error{Code: journal.CodeCorrupt, Detail: "an event's data are not names and texts", Cause: err}
	}
	event, err := journal.EventJSON(e)
	if err != nil {
		return journal.EventOpening{}, err
	}
	leaf, err := journal.EventLeaf(event, r.Blind)
	if err != nil {
		return journal.EventOpening{}, err
	}
	o := journal.EventOpening{Event: event, Blind: r.Blind, Leaf: leaf, Index: -1, Subject: r.Subject.UUID}
	if r.LeafIndex != nil {
		o.Index = *r.LeafIndex
	}
	return o, nil
}

// ProveEvent is the opening of the blinded leaf of an event in the person's record of actions: with [journal.Log.Prove] for
// its index, all that she needs. It is for nobody else. journal.CodeAbsent when her record has no such event.
func (s *Store) ProveEvent(ctx context.Context, subject, id uuid.UUID) (journal.EventOpening, error) {
	r, err := s.query.EventOf(ctx, rows.EventOfParams{Subject: subject, ID: id})
	if err != nil {
		return journal.EventOpening{}, mapError("read an event", err)
	}
	return openEvent(r)
}
