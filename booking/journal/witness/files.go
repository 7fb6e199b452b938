package witness

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
)

// Bounds of a draw's files: a million entries are about 90 MB, in lines of 90 bytes.
const (
	maxDrawFile = 256 << 20
	maxLine     = 4 << 10
)

// closeLeaf is what a mirror reads of a leaf of the type close.
type closeLeaf struct {
	DrawID         string `json:"drawID"`
	N              int64  `json:"n"`
	EntriesRoot    string `json:"entriesRoot"`
	ManifestRoot   string `json:"manifestRoot"`
	EntriesSha256  string `json:"entriesSha256"`
	BindingsSha256 string `json:"bindingsSha256"`
	PersonsSha256  string `json:"personsSha256"`
}

// fileNames are the files that are held.
func fileNames() []string { return []string{"entries", "bindings", "persons", "manifest"} }

var (
	drawIDForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// parseClose reads a leaf; false when it is no close.
func parseClose(leaf []byte) (closeLeaf, bool, error) {
	var kind struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(leaf, &kind) // what is no object, or has no type, is no close
	if kind.Type != "close" {
		return closeLeaf{}, false, nil
	}
	var c closeLeaf
	if json.Unmarshal(leaf, &c) != nil {
		return c, false, errors.New("a close that cannot be read")
	}
	if !drawIDForm.MatchString(c.DrawID) {
		return c, false, errors.New("a close without a draw's name")
	}
	for _, digest := range []string{c.EntriesRoot, c.ManifestRoot, c.EntriesSha256, c.BindingsSha256, c.PersonsSha256} {
		if !digestForm.MatchString(digest) {
			return c, false, errors.New("a close without its hashes")
		}
	}
	return c, true, nil
}

// promise is what a close says about one file.
type promise struct {
	sha256 string // "" when only the root is known
	root   string // "" when only the hash is known
	lines  int64  // -1: any number
}

func (c closeLeaf) promises() map[string]promise {
	return map[string]promise{
		"entries":  {c.EntriesSha256, c.EntriesRoot, c.N},
		"bindings": {c.BindingsSha256, "", c.N},
		"persons":  {c.PersonsSha256, "", -1},
		"manifest": {"", c.ManifestRoot, -1},
	}
}

// hold makes sure that the four files of a draw are kept and are what the close says.
func (m *mirror) hold(ctx context.Context, c closeLeaf) error {
	dir := filepath.Join(m.dir, "files", c.DrawID)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make the draw's folder: %w", err)
	}
	promises := c.promises()
	for _, name := range fileNames() {
		held, err := os.Open(filepath.Join(dir, name))
		if err == nil {
			err = newReading(promises[name]).all(held)
			_ = held.Close()
			if err != nil { // it was right once: this is a second close
				return contradicts(c.DrawID, name, err)
			}
			continue
		}
		if err := m.get(ctx, c.DrawID, name, promises[name]); err != nil {
			return err
		}
	}
	return errors.Join(journal.SyncFolder(dir), journal.SyncFolder(filepath.Dir(dir)), journal.SyncFolder(m.dir))
}

// get downloads a file beside its place, checks it while it comes, and puts it there durably.
func (m *mirror) get(ctx context.Context, drawID, name string, p promise) (err error) {
	from, err := m.source.Open(ctx, drawID+"/files/"+name)
	if err != nil {
		return unreachable("a file of the draw "+drawID+" cannot be read", err)
	}
	defer func() { _ = from.Close() }()
	path := filepath.Join(m.dir, "files", drawID, name)
	to, err := os.CreateTemp(filepath.Dir(path), "."+name+"-")
	if err != nil {
		return fmt.Errorf("keep a file of a draw: %w", err)
	}
	defer func() {
		_ = to.Close()
		if err != nil {
			_ = os.Remove(to.Name())
		}
	}()
	r := newReading(p)
	switch n, err := io.Copy(io.MultiWriter(to, r), io.LimitReader(from, maxDrawFile+1)); {
	case r.fault != nil:
		return contradicts(drawID, name, r.fault)
	case err != nil:
		return unreachable("a file of the draw "+drawID+" cannot be read to its end", err)
	case n > maxDrawFile:
		return contradicts(drawID, name, fmt.Errorf("more than %d bytes", maxDrawFile))
	}
	if err := r.verdict(); err != nil {
		return contradicts(drawID, name, err)
	}
	if err := to.Sync(); err != nil {
		return fmt.Errorf("keep a file of a draw: %w", err)
	}
	if err := os.Rename(to.Name(), path); err != nil {
		return fmt.Errorf("keep a file of a draw: %w", err)
	}
	return nil
}

func contradicts(drawID, name string, err error) error {
	return &refusal{status: http.StatusUnprocessableEntity, words: fmt.Sprintf("the draw %s: %s: %v", drawID, name, err)}
}

// reading compares a file with its promise while it is written to it.
type reading struct {
	promise
	hash  hash.Hash
	tree  journal.Range
	count int64
	line  []byte // the beginning of a line whose end has not come yet
	fault error
}

func newReading(p promise) *reading { return &reading{promise: p, hash: sha256.New()} }

// Write takes the next bytes.
func (r *reading) Write(b []byte) (int, error) {
	r.hash.Write(b)
	for rest := b; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		if len(r.line)+len(line) > maxLine {
			r.fault = errors.New("a line that is too long")
			return 0, r.fault
		}
		r.line, rest = append(r.line, line...), after
		if !ended {
			break
		}
		if r.root != "" {
			r.tree.Add(tlog.RecordHash(r.line))
		}
		r.count++
		r.line = r.line[:0]
	}
	return len(b), nil
}

// all reads a whole file and judges it.
func (r *reading) all(file io.Reader) error {
	if _, err := io.Copy(r, file); err != nil {
		return err
	}
	return r.verdict()
}

func (r *reading) verdict() error {
	root := r.tree.Head().Root
	switch {
	case r.sha256 != "" && hex.EncodeToString(r.hash.Sum(nil)) != r.sha256:
		return errors.New("not the file that the close names")
	case len(r.line) > 0:
		return errors.New("the last line does not end")
	case r.lines >= 0 && r.count != r.lines:
		return fmt.Errorf("%d lines, the close says %d", r.count, r.lines)
	case r.root != "" && hex.EncodeToString(root[:]) != r.root:
		return errors.New("its lines do not give the root that the close names")
	}
	return nil
}

// file serves a held file.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	drawID, name := r.PathValue("drawID"), r.PathValue("name")
	if s.mirror == nil || !drawIDForm.MatchString(drawID) || !slices.Contains(fileNames(), name) {
		text(w, http.StatusNotFound, "there is no such file here\n")
		return
	}
	f, err := os.OpenInRoot(filepath.Join(s.mirror.dir, "files"), drawID+"/"+name)
	if err != nil {
		text(w, http.StatusNotFound, "there is no such file here\n")
		return
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		text(w, http.StatusInternalServerError, "the file cannot be read\n")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=us-ascii")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", info.ModTime(), f)
}
