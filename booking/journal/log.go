package journal

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Store keeps the logs. All methods take the log's name; they are safe for concurrent use, by several processes too.
type Store interface {
	// Head is the committed head; EmptyHead before the first leaf.
	Head(ctx context.Context, log string) (Head, error)
	// Extend gives at most limit pending leaves, in their order, to grow, together with the committed head and a reader
	// of stored hashes, and writes leaves, hashes and the new head in one transaction that holds the log's lock. The
	// head moves only if it still is what grow was given: CodeConflict otherwise. Nothing pending: 0, and grow is not
	// called.
	Extend(ctx context.Context, log string, limit int, grow GrowFunc) (added int, err error)
	// Leaves are those from (included) to to (excluded); CodeAbsent when one is not there.
	Leaves(ctx context.Context, log string, from, to int64) ([][]byte, error)
	// Hashes are the stored hashes in the order of the indexes; CodeAbsent when one is not there.
	Hashes(ctx context.Context, log string, indexes []int64) ([]tlog.Hash, error)

	// SaveCheckpoint keeps the first signed checkpoint of a size and returns what is kept.
	SaveCheckpoint(ctx context.Context, log string, s Signed) (Signed, error)
	// AmendCheckpoint changes the note, the token and the count of cosignatures of a stored checkpoint under its row's
	// lock. CodeAbsent.
	AmendCheckpoint(ctx context.Context, log string, size int64, change func(*Signed) error) (Signed, error)
	// CheckpointAt is the stored checkpoint of that size. CodeAbsent.
	CheckpointAt(ctx context.Context, log string, size int64) (Signed, error)
	// FirstCheckpoint is the smallest with more than index leaves and at least k cosignatures. CodeAbsent.
	FirstCheckpoint(ctx context.Context, log string, index int64, k int) (Signed, error)
	// LastCheckpoint is the largest with at least k cosignatures. CodeAbsent.
	LastCheckpoint(ctx context.Context, log string, k int) (Signed, error)
}

// GrowFunc is the shape of Grow.
type GrowFunc func(head Head, leaves [][]byte, read tlog.HashReader) (Head, []tlog.Hash, error)

// Signed is a signed head with what was collected for it.
type Signed struct {
	Head
	Note     []byte    // with the log's signature and all cosignatures so far
	Token    []byte    // RFC 3161 token over SHA-256 of the note's text, DER; nil while there is none
	Cosigned int       // how many known witnesses have cosigned
	At       time.Time // when it was stored
}

// Stamper gets an RFC 3161 time-stamp token (DER) over a SHA-256 digest.
type Stamper interface {
	Stamp(ctx context.Context, digest [32]byte) (tokenDER []byte, err error)
}

// Cosigner is a witness as a log asks it.
type Cosigner interface {
	// Verifier is the key that it cosigns with.
	Verifier() *Cosigning
	// Cosign asks for a cosignature of the checkpoint (a signed note), whose tree extends the one of size old as the
	// proof shows. It returns signature lines; a *ConflictError when the witness remembers another size.
	Cosign(ctx context.Context, old int64, proof []tlog.Hash, checkpoint []byte) (lines []byte, err error)
	// Latest is the last checkpoint that it cosigned for the origin. CodeAbsent when there is none.
	Latest(ctx context.Context, origin string) ([]byte, error)
}

// ConflictError is a witness's answer that it last cosigned a tree of another size.
type ConflictError struct{ Size int64 }

// Error says so.
func (*ConflictError) Error() string { return "journal: the witness remembers another size" }

// Published remembers, outside the database, the last checkpoint that was signed: a restored database cannot undo it.
type Published interface {
	// Load returns the note, or nil when there never was one.
	Load() ([]byte, error)
	// Save keeps the note durably before it returns.
	Save(checkpoint []byte) error
}

// LogDeps is what a Log needs. The zero value of an optional field means its default.
type LogDeps struct {
	Name      string        // NameJournal or NameDraws
	Origin    string        // the first line of checkpoints, and the name of the key
	Signer    note.Signer   // required
	Verifier  note.Verifier // required: of the same key
	Store     Store         // required
	Published Published     // required
	Witnesses []Cosigner
	K         int     // cosignatures that make a checkpoint stand; at most the number of witnesses
	Stamper   Stamper // nil: no time stamps
	Logger    *slog.Logger

	// Batch is the most leaves of one transaction of Sequence. Default 8192.
	Batch int
	// Patience is how long Publish waits for witnesses; those that answer later are added later. Default 3 s.
	Patience time.Duration
	// AskTimeout bounds one conversation with a witness or the time-stamping authority. Default 60 s.
	AskTimeout time.Duration
}

func (d LogDeps) validate() error {
	var errs []error
	require := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New("journal: "+what))
		}
	}
	require(d.Name == NameJournal || d.Name == NameDraws, "Name is journal or draws")
	require(d.Signer != nil && d.Verifier != nil, "Signer and Verifier are required")
	require(d.Store != nil && d.Published != nil && d.Logger != nil, "Store, Published and Logger are required")
	require(d.K >= 0 && d.K <= len(d.Witnesses), "K is not above the number of Witnesses")
	require(d.Batch >= 0 && d.Patience >= 0 && d.AskTimeout >= 0, "Batch and times are not negative")
	if d.Signer != nil && d.Verifier != nil {
		require(d.Signer.Name() == d.Verifier.Name() && d.Signer.KeyHash() == d.Verifier.KeyHash(), "Signer and Verifier are of one key")
		require(d.Origin == d.Signer.Name(), "Origin is the key's name")
	}
	seen := map[string]bool{}
	for _, w := range d.Witnesses {
		require(!seen[w.Verifier().Name()], "a witness is named once")
		seen[w.Verifier().Name()] = true
	}
	return errors.Join(errs...)
}

// Log is one append-only log. Safe for concurrent use; several processes may run the same log over one Store.
type Log struct {
	name      string
	origin    string
	signer    note.Signer
	verifier  note.Verifier
	store     Store
	published Published
	stamper   Stamper
	log       *slog.Logger
	k         int
	batch     int
	patience  time.Duration
	timeout   time.Duration

	witnesses []*witness
	signing   sync.Mutex // one Publish at a time; guards saved
	saved     int64      // size of the checkpoint in published, as far as this process knows
	late      sync.WaitGroup
	stop      context.CancelFunc
	running   context.Context // ended by Stop; conversations with witnesses outlive the call that began them
}

// witness is a Cosigner with what is known about it.
type witness struct {
	Cosigner
	mu   sync.Mutex // held during a conversation
	size int64      // what it last cosigned, as far as known
}

// New makes a Log. Run Check before the first Sequence or Publish, and Stop at the end.
func New(d LogDeps) (*Log, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	l := &Log{
		name: d.Name, origin: d.Origin, signer: d.Signer, verifier: d.Verifier, store: d.Store, published: d.Published,
		stamper: d.Stamper, log: d.Logger.With("log", d.Name), k: d.K, batch: orDefault(d.Batch, 8192),
		patience: orDefault(d.Patience, 3*time.Second), timeout: orDefault(d.AskTimeout, time.Minute), saved: -1,
	}
	l.running, l.stop = context.WithCancel(context.Background())
	for _, w := range d.Witnesses {
		l.witnesses = append(l.witnesses, &witness{Cosigner: w})
	}
	return l, nil
}

func orDefault[T int | time.Duration](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

// Stop ends the conversations with witnesses that are still going on and returns when they have ended, or ctx has.
func (l *Log) Stop(ctx context.Context) error {
	l.stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.signing.Lock() // a Publish that goes on ends first; none begins a conversation after it
		defer l.signing.Unlock()
		l.late.Wait()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Sequence moves what is pending into the tree, in batches of one transaction each, until nothing waits, and says how
// much it moved. It neither signs nor publishes. It may run in several processes at once, and be killed at any point.
func (l *Log) Sequence(ctx context.Context) (added int, err error) {
	const attempts = 3
	for conflicts := 0; ; {
		n, err := l.store.Extend(ctx, l.name, l.batch, Grow)
		added += n
		switch {
		case CodeOf(err) == CodeConflict && conflicts < attempts:
			conflicts++
		case err != nil:
			return added, err
		case n < l.batch:
			return added, nil
		}
	}
}

// Name is the log's name.
func (l *Log) Name() string { return l.name }

// Origin is the first line of its checkpoints.
func (l *Log) Origin() string { return l.origin }

// Verifier is the key that its checkpoints verify with.
func (l *Log) Verifier() note.Verifier { return l.verifier }
