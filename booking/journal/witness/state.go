package witness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/journal"
)

// maxEvidence is how many checkpoints of each kind of evidence are kept of a log.
const maxEvidence = 16

// watched is one log that the witness knows.
type watched struct {
	verifier note.Verifier
	dir      string

	judging sync.Mutex   // one request at a time; guards what follows
	last    journal.Head // what was cosigned last; empty before
	copy    *copied      // the leaves, for a mirror

	mu   sync.Mutex // guards note, for readers that do not wait for a judgement
	note []byte     // the last checkpoint, with the cosignature; nil before
}

// lockFolder makes the folder and holds it for this process.
func lockFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("another witness uses %s: %w", dir, err)
	}
	return f, nil
}

// openWatched reads what was cosigned last. A file that does not verify stops the witness: it must not begin anew.
func openWatched(dir string, v note.Verifier, key *journal.CosigningKey) (*watched, error) {
	w := &watched{verifier: v, dir: filepath.Join(dir, journal.OriginID(v.Name())), last: journal.EmptyHead()}
	if err := os.MkdirAll(w.dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the log's folder: %w", err)
	}
	if err := journal.SyncFolder(dir); err != nil {
		return nil, err
	}
	msg, err := os.ReadFile(filepath.Join(w.dir, "checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was cosigned last: %w", err)
	}
	c, n, err := journal.OpenCheckpoint(msg, v, key)
	if err != nil || len(n.Sigs) < 2 {
		return nil, fmt.Errorf("%s/checkpoint is not what this witness has cosigned for %s (%w)", w.dir, v.Name(), err)
	}
	w.last, w.note = journal.Head{Size: c.Size, Root: c.Root}, msg
	return w, nil
}

// keep makes the new head durable.
func (w *watched) keep(msg []byte, head journal.Head) error {
	if err := journal.ReplaceFile(filepath.Join(w.dir, "checkpoint"), msg, 0o644); err != nil {
		return err
	}
	w.last = head
	w.mu.Lock()
	w.note = msg
	w.mu.Unlock()
	return nil
}

// evidence keeps a checkpoint that the log signed and that was not cosigned: a "fork" has another root than the cosigned one
// of its size, which convicts the log; one "unproved" came without a proof that it extends the cosigned one, which anybody can
// send, but which also is what a fork looks like.
func (s *Server) evidence(ctx context.Context, log *watched, kind string, msg []byte) {
	level := slog.LevelWarn
	if kind == "fork" {
		level = slog.LevelError
	}
	s.log.Log(ctx, level, "a signed checkpoint was not cosigned", "kind", kind, "origin", log.verifier.Name(), "cosigned", log.last.Size)
	kept, err := filepath.Glob(filepath.Join(log.dir, kind+"-*"))
	if err != nil || len(kept) >= maxEvidence {
		return
	}
	path := filepath.Join(log.dir, kind+"-"+journal.OriginID(string(msg))[:16])
	if err := journal.ReplaceFile(path, msg, 0o644); err != nil {
		s.log.ErrorContext(ctx, "keep evidence", "error", err)
	}
}
