package pgstore_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/jobs"
	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
	"chesna/booking/journal/pgstore"
	ledger "chesna/booking/pgstore"
)

var errRolledBack = errors.New("rolled back")

func numbered(seq int64) ([]byte, error) { return fmt.Appendf(nil, `{"seq":%d}`, seq), nil }

func TestNumbersOfDrawsHaveNoGap(t *testing.T) {
	pool := openPool(t)
	s := newStore(t, pool)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				err := pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
					if _, err := pgstore.AppendDraws(context.Background(), tx, numbered); err != nil {
						return err
					}
					if (i+j)%3 == 0 {
						return errRolledBack
					}
					return nil
				})
				if err != nil && !errors.Is(err, errRolledBack) {
					t.Error(err)
				}
				if _, err := s.Extend(context.Background(), journal.NameDraws, 5, journal.Grow); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for {
		n, err := s.Extend(t.Context(), journal.NameDraws, 100, journal.Grow)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	leaves := journaltest.CheckTree(t, s, journal.NameDraws)
	for i, leaf := range leaves {
		if string(leaf) != fmt.Sprintf(`{"seq":%d}`, i) {
			t.Fatalf("leaf %d is %s", i, leaf)
		}
	}
	if len(leaves) < 100 {
		t.Errorf("only %d leaves", len(leaves))
	}
}

func TestAppendIsPartOfItsTransaction(t *testing.T) {
	pool := openPool(t)
	s := newStore(t, pool)
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if err := pgstore.Append(t.Context(), tx, journal.NameJournal, journaltest.Leaves(0, 3)...); err != nil {
			return err
		}
		return errRolledBack
	})
	if !errors.Is(err, errRolledBack) {
		t.Fatal(err)
	}
	if n, err := s.Extend(t.Context(), journal.NameJournal, 10, journal.Grow); n != 0 || err != nil {
		t.Errorf("a rolled back leaf was sequenced: %d %v", n, err)
	}
	for name, leaf := range map[string][]byte{
		"empty": {}, "not JSON": []byte("hello"), "not canonical": []byte(`{"b":1,"a":2}`), "a fraction": []byte(`{"a":1.5}`),
		"too long": fmt.Appendf(nil, `"%065536d"`, 0), "two values": []byte(`1 2`),
	} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			return pgstore.Append(t.Context(), tx, journal.NameJournal, leaf)
		})
		if journal.CodeOf(err) != journal.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return pgstore.Append(t.Context(), tx, journal.NameDraws, journaltest.Leaf(1))
	})
	if journal.CodeOf(err) != journal.CodeInvalid {
		t.Errorf("a leaf of draws without a number: %v", err)
	}
}

func TestTheHeadMovesOnlyFromWhatWasRead(t *testing.T) {
	pool := openPool(t)
	s := newStore(t, pool)
	queue(t, pool, journal.NameJournal, journaltest.Leaves(0, 4)...)
	if _, err := s.Extend(t.Context(), journal.NameJournal, 2, journal.Grow); err != nil {
		t.Fatal(err)
	}
	_, err := s.Extend(t.Context(), journal.NameJournal, 2, func(h journal.Head, leaves [][]byte, r tlog.HashReader) (journal.Head, []tlog.Hash, error) {
		if _, err := pool.Exec(t.Context(), "UPDATE booking.journal_head SET root = sha256('other')"); err != nil { // a writer that knows no lock
			t.Fatal(err)
		}
		return journal.Grow(h, leaves, r)
	})
	if journal.CodeOf(err) != journal.CodeConflict {
		t.Fatalf("the head was moved from another one: %v", err)
	}
	_, err = s.Extend(t.Context(), journal.NameJournal, 2, journal.Grow)
	if journal.CodeOf(err) != journal.CodeCorrupt {
		t.Fatalf("a root that the hashes do not give: %v", err)
	}
}

func TestAMissingNumberStopsTheLogOfDraws(t *testing.T) {
	pool := openPool(t)
	s := newStore(t, pool)
	queue(t, pool, journal.NameDraws, journaltest.Leaves(0, 3)...)
	if _, err := pool.Exec(t.Context(), "DELETE FROM booking.journal_queue WHERE number = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Extend(t.Context(), journal.NameDraws, 10, journal.Grow); journal.CodeOf(err) != journal.CodeCorrupt {
		t.Fatalf("a gap: %v", err)
	}
}

// TestEventsBecomeBlindedLeaves: those of the ledger's own transactions, each once, and their subject can open them.
func TestEventsBecomeBlindedLeaves(t *testing.T) {
	pool := openPool(t)
	s := newStore(t, pool)
	log := slog.New(slog.DiscardHandler)
	outbox, err := jobs.NewOutbox(log)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.New(ledger.Deps{Pool: pool, Jobs: outbox, Logger: log, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Stop(context.Background()) }()
	seats := bookingtest.PublishSeats(t, l, "waw", 5)
	person := uuid.New()
	if _, err := l.Confirm(t.Context(), bookingtest.Sign(bookingtest.MakeHold(seats[0], person))); err != nil {
		t.Fatal(err)
	}
	queue(t, pool, journal.NameJournal, journaltest.Leaf(1))
	for range 2 {
		if _, err := s.Extend(t.Context(), journal.NameJournal, 1000, journal.Grow); err != nil {
			t.Fatal(err)
		}
	}
	leaves := journaltest.CheckTree(t, s, journal.NameJournal)
	var events int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM booking.events").Scan(&events); err != nil {
		t.Fatal(err)
	}
	if events < 2 || len(leaves) != events+1 {
		t.Fatalf("%d leaves of %d events and one other", len(leaves), events)
	}
	mine, err := l.EventsOf(t.Context(), person, 10)
	if err != nil || len(mine) == 0 {
		t.Fatal(mine, err)
	}
	o, err := s.ProveEvent(t.Context(), person, mine[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	event, err := journal.EventJSON(mine[0])
	if err != nil || string(event) != string(o.Event) {
		t.Fatalf("the person sees %s, the journal committed to %s (%v)", event, o.Event, err)
	}
	c := sha256.Sum256(append(event, o.Blind...))
	want := `{"c":"` + hex.EncodeToString(c[:]) + `","type":"event"}`
	if o.Index < 0 || string(leaves[o.Index]) != want || o.Subject != person || mine[0].Type != booking.EventBooked {
		t.Errorf("leaf %d is %s, want %s; %+v", o.Index, leaves[o.Index], want, o)
	}
	for _, other := range [][2]uuid.UUID{{person, uuid.New()}, {uuid.New(), mine[0].ID}, {uuid.Nil, mine[0].ID}} {
		if _, err := s.ProveEvent(t.Context(), other[0], other[1]); journal.CodeOf(err) != journal.CodeAbsent {
			t.Errorf("an event of another person, or none: %v", err)
		}
	}
}

// BenchmarkSequence moves 100,000 leaves, half of them events: go test -bench Sequence -benchtime 1x.
func BenchmarkSequence(b *testing.B) {
	pool := openPool(b)
	s := newStore(b, pool)
	const total = 100_000
	for b.Loop() {
		b.StopTimer()
		queue(b, pool, journal.NameJournal, journaltest.Leaves(0, total/2)...)
		if _, err := pool.Exec(b.Context(), `INSERT INTO booking.events (id, type, actor_role, blind)
			SELECT gen_random_uuid(), 'hold.ended', 'system', sha256(i::text::bytea) FROM generate_series(1, 50000) AS i`); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		sum := 0
		for {
			n, err := s.Extend(b.Context(), journal.NameJournal, 8192, journal.Grow)
			if err != nil {
				b.Fatal(err)
			}
			if sum += n; n < 8192 {
				break
			}
		}
		if sum != total {
			b.Errorf("%d leaves, want %d", sum, total)
		}
	}
}
