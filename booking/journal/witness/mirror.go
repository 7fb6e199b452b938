package witness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
	"chesna/booking/journal/monitor"
)

// followTimeout bounds the work for one checkpoint, downloads included. It goes on when the operator hangs up, so that the
// next request finds the files there.
const followTimeout = 5 * time.Minute

// mirror holds the files of the draws.
type mirror struct {
	dir    string
	source monitor.Source // the log draws
	log    *slog.Logger
}

// copied is the mirror's copy of a log's leaves, in one file of bundles' form, as far as they were cosigned.
type copied struct {
	path  string
	bytes int64 // of the file, up to tree
	tree  *journal.Range
}

// openCopy reads the copy and cuts off what was not cosigned yet. A mirror that begins later than its witness has no copy
// at first; follow then reads the log from its beginning.
func openCopy(dir string, last journal.Head) (*copied, error) {
	c := &copied{path: filepath.Join(dir, "entries"), tree: &journal.Range{}}
	b, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the copy of the log: %w", err)
	}
	for c.tree.Head().Size < last.Size && len(b) >= 2 {
		n := 2 + int64(b[0])<<8 + int64(b[1])
		if int64(len(b)) < n {
			break
		}
		c.tree.Add(tlog.RecordHash(b[2:n]))
		c.bytes += n
		b = b[n:]
	}
	if h := c.tree.Head(); h.Size == last.Size && h.Root != last.Root {
		return nil, fmt.Errorf("%s does not agree with what was cosigned", c.path)
	}
	if len(b) == 0 {
		return c, nil
	}
	if err := os.Truncate(c.path, c.bytes); err != nil {
		return nil, fmt.Errorf("shorten the copy of the log: %w", err)
	}
	return c, nil
}

// follow reads the leaves up to the head, makes sure that they give its root, and gets the files of each close among them.
// Nil only when all are kept durably.
func (m *mirror) follow(ctx context.Context, log *watched, head journal.Head) error {
	if log.copy.tree.Head() == head {
		return nil
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), followTimeout)
	defer cancel()
	tree, added := log.copy.tree.Clone(), []byte(nil)
	var closes []closeLeaf
	for _, t := range journal.Tiles(true, 0, head.Size) {
		if (t.N+1)*journal.TileWidth <= tree.Head().Size {
			continue
		}
		entries, err := monitor.ReadEntries(working, m.source, t)
		if err != nil {
			return unreachable("the log's entries cannot be read", err)
		}
		for i, e := range entries {
			if t.N*journal.TileWidth+int64(i) < tree.Head().Size {
				continue
			}
			tree.Add(tlog.RecordHash(e))
			added = journal.AppendEntry(added, e)
			c, ok, err := parseClose(e)
			if err != nil {
				return &refusal{status: http.StatusUnprocessableEntity, words: err.Error()}
			}
			if ok {
				closes = append(closes, c)
			}
		}
	}
	if tree.Head() != head {
		return &refusal{status: http.StatusUnprocessableEntity, words: "the log's entries do not give the checkpoint's root"}
	}
	for _, c := range closes {
		if err := m.hold(working, c); err != nil {
			return err
		}
		m.log.InfoContext(ctx, "the files of a draw are held", "draw", c.DrawID)
	}
	return log.copy.add(added, tree)
}

// add appends to the file durably.
func (c *copied) add(b []byte, tree *journal.Range) error {
	f, err := os.OpenFile(c.path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the copy of the log: %w", err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteAt(b, c.bytes); err != nil {
		return fmt.Errorf("extend the copy of the log: %w", err)
	}
	if err := f.Truncate(c.bytes + int64(len(b))); err != nil {
		return fmt.Errorf("extend the copy of the log: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("extend the copy of the log: %w", err)
	}
	if err := journal.SyncFolder(filepath.Dir(c.path)); err != nil {
		return err
	}
	c.bytes += int64(len(b))
	c.tree = tree
	return nil
}

func unreachable(words string, err error) error {
	return &refusal{status: http.StatusServiceUnavailable, words: words + ": " + err.Error()}
}
