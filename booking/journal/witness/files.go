package witness

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
)

// maxDrawFile bounds each file of a draw: a million entries are about 90 MB.
const maxDrawFile = 256 << 20

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
		path := filepath.Join(dir, name)
		b, err := os.ReadFile(path)
		if err == nil {
			if err := promises[name].check(b); err != nil { // it was right once: this is a second close
				return contradicts(c.DrawID, name, err)
			}
			continue
		}
		b, err = m.source.Read(ctx, c.DrawID+"/files/"+name, maxDrawFile)
		if err != nil {
			return unreachable("a file of the draw "+c.DrawID+" cannot be read", err)
		}
		if err := promises[name].check(b); err != nil {
			return contradicts(c.DrawID, name, err)
		}
		if err := journal.ReplaceFile(path, b, 0o644); err != nil {
			return err
		}
	}
	return errors.Join(journal.SyncFolder(filepath.Dir(dir)), journal.SyncFolder(m.dir))
}

func contradicts(drawID, name string, err error) error {
	return &refusal{status: http.StatusUnprocessableEntity, words: fmt.Sprintf("the draw %s: %s: %v", drawID, name, err)}
}

// check compares a file with what was promised.
func (p promise) check(b []byte) error {
	if sum := sha256.Sum256(b); p.sha256 != "" && hex.EncodeToString(sum[:]) != p.sha256 {
		return errors.New("not the file that the close names")
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		return errors.New("the last line does not end")
	}
	var lines int64
	tree := &journal.Range{}
	for r := bufio.NewReader(bytes.NewReader(b)); ; lines++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if p.root != "" {
			tree.Add(tlog.RecordHash(line[:len(line)-1]))
		}
	}
	if p.lines >= 0 && lines != p.lines {
		return fmt.Errorf("%d lines, the close says %d", lines, p.lines)
	}
	if root := tree.Head().Root; p.root != "" && hex.EncodeToString(root[:]) != p.root {
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
