package journal

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Check compares the committed tree with the last published checkpoint, with the stored one, and with what the witnesses
// remember. Run it at start, and run nothing of the log if it fails: CodeBehind or CodeFork mean that the database is
// older or other than what the world has seen (a restored backup), and going on would fork the log; CodeCorrupt that
// stored hashes do not give the root. Witnesses that cannot be reached are logged and pass.
func (l *Log) Check(ctx context.Context) error {
	head, err := l.Head(ctx)
	if err != nil {
		return err
	}
	if _, _, err := Grow(head, nil, l.reader(ctx)); err != nil {
		return err
	}
	if err := l.compareWithPublished(ctx, head); err != nil {
		return err
	}
	switch s, err := l.store.LastCheckpoint(ctx, l.name, 0); {
	case err == nil:
		if err := l.mustExtend(ctx, head, s.Head, "the stored checkpoint"); err != nil {
			return err
		}
	case CodeOf(err) != CodeAbsent:
		return err
	}
	for _, w := range l.witnesses {
		if err := l.compareWithWitness(ctx, head, w); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) compareWithPublished(ctx context.Context, head Head) error {
	msg, err := l.published.Load()
	if err != nil {
		return fmt.Errorf("read the published checkpoint: %w", err)
	}
	if msg == nil {
		return nil
	}
	c, _, err := OpenCheckpoint(msg, l.verifier)
	if err != nil {
		return fmt.Errorf("read the published checkpoint: %w", err)
	}
	return l.mustExtend(ctx, head, Head{Size: c.Size, Root: c.Root}, "the published checkpoint")
}

// compareWithWitness believes a witness only what this log signed.
func (l *Log) compareWithWitness(ctx context.Context, head Head, w *witness) error {
	asking, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	name := w.Verifier().Name()
	msg, err := w.Latest(asking, l.origin)
	if CodeOf(err) == CodeAbsent {
		return nil
	}
	if err != nil {
		l.log.WarnContext(ctx, "a witness cannot say what it cosigned last", "witness", name, "error", err)
		return ctx.Err()
	}
	c, _, err := OpenCheckpoint(msg, l.verifier)
	if err != nil {
		l.log.WarnContext(ctx, "a witness shows a checkpoint that this log did not sign", "witness", name, "error", err)
		return nil
	}
	if err := l.mustExtend(ctx, head, Head{Size: c.Size, Root: c.Root}, "what witness "+name+" cosigned"); err != nil {
		return err
	}
	w.mu.Lock()
	w.size = c.Size
	w.mu.Unlock()
	return nil
}

// mustExtend proves that the head extends an older tree that the world has seen.
func (l *Log) mustExtend(ctx context.Context, head, old Head, what string) error {
	if old.Size > head.Size {
		return Refuse(CodeBehind, fmt.Sprintf("%s has %d leaves, the database %d: it was restored from an older state", what, old.Size, head.Size))
	}
	var proof []tlog.Hash
	if old.Size > 0 && old.Size < head.Size {
		var err error
		if proof, err = tlog.ProveTree(head.Size, old.Size, l.reader(ctx)); err != nil {
			return fmt.Errorf("prove consistency: %w", err)
		}
	}
	if err := CheckConsistency(old.Size, old.Root, head.Size, head.Root, proof); err != nil {
		return &Error{Code: CodeFork, Detail: "the database does not extend " + what, Cause: err}
	}
	return nil
}
