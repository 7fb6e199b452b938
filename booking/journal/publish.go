package journal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Publish signs the committed head, and only that, unless a checkpoint of its size is stored already; then it asks the
// witnesses whose cosignature is missing, and the time-stamping authority if the token is. It returns what is stored when
// all have answered or Patience is over. Witnesses and authority may fail: the next call asks again.
//
// Before a new signature the head is compared with the last published checkpoint, which is then replaced durably:
// CodeBehind or CodeFork, and nothing is signed.
func (l *Log) Publish(ctx context.Context) (Signed, error) {
	l.signing.Lock()
	defer l.signing.Unlock()
	if l.running.Err() != nil {
		return Signed{}, Refuse(CodeUnavailable, "the log has been stopped")
	}
	head, err := l.Head(ctx)
	if err != nil {
		return Signed{}, err
	}
	s, err := l.store.CheckpointAt(ctx, l.name, head.Size)
	if CodeOf(err) == CodeAbsent {
		s, err = l.sign(ctx, head)
	}
	if err != nil {
		return Signed{}, err
	}
	if s.Root != head.Root {
		return Signed{}, Refuse(CodeFork, fmt.Sprintf("a checkpoint of size %d was signed with another root", head.Size))
	}
	if err := l.remember(ctx, s); err != nil {
		return Signed{}, err
	}
	if !l.collect(ctx, s) {
		return s, nil
	}
	return l.store.CheckpointAt(ctx, l.name, head.Size)
}

// sign makes the checkpoint of the head and keeps it: outside the database first.
func (l *Log) sign(ctx context.Context, head Head) (Signed, error) {
	if err := l.compareWithPublished(ctx, head); err != nil {
		return Signed{}, err
	}
	text := Checkpoint{Origin: l.origin, Size: head.Size, Root: head.Root}.Text()
	msg, err := note.Sign(&note.Note{Text: text}, l.signer)
	if err != nil {
		return Signed{}, fmt.Errorf("sign a checkpoint: %w", err)
	}
	if _, _, err := OpenCheckpoint(msg, l.verifier); err != nil {
		return Signed{}, fmt.Errorf("verify the own signature: %w", err)
	}
	if err := l.save(head.Size, msg); err != nil {
		return Signed{}, err
	}
	return l.store.SaveCheckpoint(ctx, l.name, Signed{Head: head, Note: msg})
}

func (l *Log) save(size int64, msg []byte) error {
	if err := l.published.Save(msg); err != nil {
		return fmt.Errorf("keep the published checkpoint: %w", err)
	}
	l.saved = size
	return nil
}

// remember keeps a checkpoint that another process, or an earlier life of this one, has signed.
func (l *Log) remember(ctx context.Context, s Signed) error {
	if s.Size <= l.saved {
		return nil
	}
	if err := l.compareWithPublished(ctx, s.Head); err != nil {
		return err
	}
	return l.save(s.Size, s.Note)
}

// collect asks whoever's word is missing and waits for the answers; false when nothing is missing.
func (l *Log) collect(ctx context.Context, s Signed) bool {
	answers, asked := make(chan struct{}, len(l.witnesses)+1), 0
	begin := func(ask func(ctx context.Context) error, attr ...any) {
		asked++
		l.late.Go(func() {
			defer func() { answers <- struct{}{} }()
			asking, cancel := context.WithTimeout(l.running, l.timeout)
			defer cancel()
			if err := ask(asking); err != nil && l.running.Err() == nil {
				l.log.WarnContext(asking, "a checkpoint lacks a word", append(attr, "size", s.Size, "error", err)...)
			}
		})
	}
	if l.stamper != nil && len(s.Token) == 0 {
		begin(func(ctx context.Context) error { return l.stamp(ctx, s) }, "asked", "time-stamping authority")
	}
	for _, w := range l.witnesses {
		if hasCosigned(s.Note, w.Verifier()) || !w.mu.TryLock() {
			continue
		}
		begin(func(ctx context.Context) error {
			defer w.mu.Unlock()
			return l.cosign(ctx, w, s)
		}, "asked", w.Verifier().Name())
	}
	patience := time.NewTimer(l.patience)
	defer patience.Stop()
	for range asked {
		select {
		case <-answers:
		case <-patience.C:
			return true
		case <-ctx.Done():
			return true
		}
	}
	return asked > 0
}

func (l *Log) stamp(ctx context.Context, s Signed) error {
	text, err := NoteText(s.Note)
	if err != nil {
		return err
	}
	token, err := l.stamper.Stamp(ctx, sha256.Sum256([]byte(text)))
	if err != nil {
		return fmt.Errorf("get a time stamp: %w", err)
	}
	_, err = l.store.AmendCheckpoint(ctx, l.name, s.Size, func(kept *Signed) error {
		if len(kept.Token) == 0 {
			kept.Token = token
		}
		return nil
	})
	return err
}

// cosign has the conversation with one witness and adds its cosignature to the stored checkpoint.
func (l *Log) cosign(ctx context.Context, w *witness, s Signed) error {
	const attempts = 3
	var err error
	for range attempts {
		if w.size > s.Size {
			return l.aheadOf(ctx, w, s)
		}
		var proof []tlog.Hash
		if proof, err = l.Consistency(ctx, w.size, s.Size); err != nil {
			w.size = 0 // ask anew the next time
			return fmt.Errorf("prove consistency: %w", err)
		}
		var lines []byte
		lines, err = w.Cosign(ctx, w.size, proof, s.Note)
		var conflict *ConflictError
		if errors.As(err, &conflict) {
			if conflict.Size == w.size && w.size == s.Size {
				return Refuse(CodeFork, "a witness has cosigned another root of this size")
			}
			w.size = conflict.Size
			continue
		}
		if err != nil {
			return fmt.Errorf("ask a witness: %w", err)
		}
		if err := l.add(ctx, w.Verifier(), s, lines); err != nil {
			return err
		}
		w.size = s.Size
		return nil
	}
	return fmt.Errorf("ask a witness: %w", err)
}

// aheadOf tells apart a witness that has seen a later checkpoint of ours from one that has seen what the store has not.
func (l *Log) aheadOf(ctx context.Context, w *witness, s Signed) error {
	head, err := l.Head(ctx)
	if err != nil {
		return err
	}
	if w.size > head.Size {
		size := w.size
		w.size = 0 // ask anew the next time: it may have been a mistake
		return Refuse(CodeBehind, fmt.Sprintf("the witness says it has cosigned %d leaves, there are %d", size, head.Size))
	}
	return Refuse(CodeConflict, fmt.Sprintf("the witness has already cosigned a later checkpoint than %d", s.Size))
}

// add verifies the witness's signature lines and adds the one that counts.
func (l *Log) add(ctx context.Context, w *Cosigning, s Signed, lines []byte) error {
	line, err := cosignatureLine(s.Note, lines, w)
	if err != nil {
		return err
	}
	_, err = l.store.AmendCheckpoint(ctx, l.name, s.Size, func(kept *Signed) error {
		if hasCosigned(kept.Note, w) {
			return nil
		}
		kept.Note = append(kept.Note, line...)
		kept.Cosigned = 0
		for _, other := range l.witnesses {
			if hasCosigned(kept.Note, other.Verifier()) {
				kept.Cosigned++
			}
		}
		return nil
	})
	return err
}

// cosignatureLine finds the witness's valid cosignature of the note among signature lines.
func cosignatureLine(msg, lines []byte, w *Cosigning) (string, error) {
	text, err := NoteText(msg)
	if err != nil {
		return "", err
	}
	n, err := note.Open(append([]byte(text+"\n"), lines...), note.VerifierList(w))
	if err != nil {
		return "", &Error{Code: CodeSignature, Detail: "read a witness's answer", Cause: err}
	}
	return "— " + n.Sigs[0].Name + " " + n.Sigs[0].Base64 + "\n", nil
}

// hasCosigned tells whether the note has a valid cosignature of the witness.
func hasCosigned(msg []byte, w *Cosigning) bool {
	n, err := note.Open(msg, note.VerifierList(w))
	return err == nil && signedBy(n, w)
}
