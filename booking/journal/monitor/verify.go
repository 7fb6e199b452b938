package monitor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/journal"
)

// Options say what is known beforehand. Every field is optional.
type Options struct {
	Key    note.Verifier   // of the log
	Policy *journal.Policy // for the cosignatures; Log says which key of it is the log's, if Key is nil
	Log    string          // journal.NameJournal or journal.NameDraws; draws also checks the numbers
	Since  []byte          // an older checkpoint, a signed note
}

// Status of a check.
type Status string

// The statuses.
const (
	Holds   Status = "ok"
	Fails   Status = "FAIL"
	Skipped Status = "--" // not checked, for want of what it needs
)

// Check is one line of a report.
type Check struct {
	Status Status
	Name   string
	Detail string
}

// String is the line for people.
func (c Check) String() string { return fmt.Sprintf("%-4s  %-13s %s", c.Status, c.Name, c.Detail) }

// Report is what Verify found.
type Report struct {
	Checkpoint journal.Checkpoint
	Checks     []Check
}

// OK tells whether no check failed.
func (r *Report) OK() bool {
	for _, c := range r.Checks {
		if c.Status == Fails {
			return false
		}
	}
	return true
}

func (r *Report) add(status Status, name, format string, args ...any) {
	r.Checks = append(r.Checks, Check{status, name, fmt.Sprintf(format, args...)})
}

// judge adds a check that holds if err is nil.
func (r *Report) judge(name, detail string, err error) {
	if err != nil {
		r.add(Fails, name, "%v", err)
		return
	}
	r.add(Holds, name, "%s", detail)
}

// Verify reads the checkpoint, every bundle of entries and every tile of hashes, recomputes the tree from the entries, and
// compares. An error means that the source could not be read to the end, so that no verdict is possible; what is wrong
// with the log stands in the report.
func Verify(ctx context.Context, s Source, o Options) (*Report, error) {
	r := &Report{}
	msg, err := Read(ctx, s, "checkpoint", maxCheckpoint)
	if err != nil {
		return nil, err
	}
	c, err := journal.PeekCheckpoint(msg)
	if err != nil {
		r.judge("checkpoint", "", err)
		return r, nil
	}
	r.Checkpoint = c
	r.add(Holds, "checkpoint", "%s: %d leaves, root %s", c.Origin, c.Size, c.Root)
	if err := r.signatures(msg, o); err != nil {
		return nil, err
	}
	var since journal.Checkpoint
	if len(o.Since) > 0 {
		if since, err = r.older(c, o); err != nil {
			return nil, err
		}
	}
	t := &tree{source: s, size: c.Size, since: since.Size, numbered: o.Log == journal.NameDraws}
	if err := t.read(ctx); err != nil {
		return nil, err
	}
	r.tree(c, t)
	if len(o.Since) > 0 && since.Origin != "" && t.entriesFault == nil {
		if t.sinceRoot == since.Root {
			r.add(Holds, "since", "extends the older checkpoint of %d leaves", since.Size)
		} else {
			r.add(Fails, "since", "the first %d leaves are not those of the older checkpoint: the log was rewritten", since.Size)
		}
	}
	return r, nil
}

// key is the log's verifier, nil when none is known.
func (o Options) key() (note.Verifier, error) {
	if o.Key != nil || o.Policy == nil {
		return o.Key, nil
	}
	return o.Policy.Log(o.Log)
}

func (r *Report) signatures(msg []byte, o Options) error {
	key, err := o.key()
	if err != nil {
		return err
	}
	if key == nil {
		r.add(Skipped, "signature", "signature not checked: no key was given")
		return nil
	}
	_, _, wrong := journal.OpenCheckpoint(msg, key)
	r.judge("signature", "by "+key.Name(), wrong)
	if wrong == nil && o.Policy != nil {
		r.cosignatures(msg, key, o.Policy)
	}
	return nil
}

func (r *Report) cosignatures(msg []byte, key note.Verifier, p *journal.Policy) {
	_, cosigned, err := p.Cosigned(msg, key)
	if err != nil {
		r.judge("cosignatures", "", err)
		return
	}
	detail := fmt.Sprintf("%d of %d witnesses, %d are needed", len(cosigned), len(p.Witnesses), p.K)
	var words []string
	for _, w := range cosigned {
		words = append(words, w.Witness+" at "+w.Time.Format(time.RFC3339))
	}
	if len(words) > 0 {
		detail += ": " + strings.Join(words, ", ")
	}
	if len(cosigned) < p.K {
		err = errors.New(detail)
	}
	r.judge("cosignatures", detail, err)
}

// older reads the checkpoint to compare with; its Origin is empty when it cannot be compared.
func (r *Report) older(c journal.Checkpoint, o Options) (journal.Checkpoint, error) {
	key, err := o.key()
	if err != nil {
		return journal.Checkpoint{}, err
	}
	since, err := journal.PeekCheckpoint(o.Since)
	if err != nil {
		return journal.Checkpoint{}, fmt.Errorf("the older checkpoint: %w", err)
	}
	if key != nil {
		if _, _, err := journal.OpenCheckpoint(o.Since, key); err != nil {
			return journal.Checkpoint{}, fmt.Errorf("the older checkpoint: %w", err)
		}
	}
	switch {
	case since.Origin != c.Origin:
		return journal.Checkpoint{}, fmt.Errorf("the older checkpoint is of another log, %q", since.Origin)
	case since.Size > c.Size:
		r.add(Fails, "since", "the older checkpoint has %d leaves, this one %d: the log has shrunk", since.Size, c.Size)
		return journal.Checkpoint{}, nil
	}
	return since, nil
}

func (r *Report) tree(c journal.Checkpoint, t *tree) {
	var err error
	switch {
	case t.entriesFault != nil:
		err = t.entriesFault
	case t.head.Root != c.Root:
		err = fmt.Errorf("the entries give the root %s", t.head.Root)
	}
	r.judge("entries", fmt.Sprintf("%d entries give the root of the checkpoint", c.Size), err)
	r.judge("tiles", fmt.Sprintf("%d tiles of hashes agree with the entries", t.tiles), t.tilesFault)
	r.judge("leaves", "every leaf is canonical JSON", t.leafFault)
	if t.numbered {
		r.judge("numbers", "seq has no gap", t.numberFault)
	}
}
