package monitor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"chesna/booking/journal"
)

// Limits of a log's files. A full bundle may hold 256 entries of 65,535 bytes.
const (
	maxTile       = journal.TileWidth * 32
	maxBundle     = journal.TileWidth * (2 + journal.MaxLeaf)
	maxCheckpoint = 64 << 10
	maxToken      = 256 << 10
)

// Source is where a log's files are.
type Source interface {
	// Open begins to read the file of that path below the log's prefix; it ends with ctx. fs.ErrNotExist when there is none.
	Open(ctx context.Context, path string) (io.ReadCloser, error)
	// String names the source for people.
	String() string
}

// Open makes a Source of an address (http, https) or a folder.
func Open(where string, client *http.Client) (Source, error) {
	if !strings.Contains(where, "://") {
		return Folder(where), nil
	}
	u, err := url.Parse(where)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%s: not an address like https://host/journal", where)
	}
	if client == nil {
		return nil, errors.New("monitor: an HTTP client is required")
	}
	return web{strings.TrimSuffix(where, "/"), client}, nil
}

// Folder is a Source in a folder.
type Folder string

// String is its path.
func (f Folder) String() string { return string(f) }

// Open implements Source.
func (f Folder) Open(_ context.Context, path string) (io.ReadCloser, error) {
	if !filepath.IsLocal(path) {
		return nil, fmt.Errorf("%s: not a path below the folder", path)
	}
	return os.Open(filepath.Join(string(f), filepath.FromSlash(path)))
}

// web is a Source over HTTP.
type web struct {
	prefix string
	client *http.Client
}

func (w web) String() string { return w.prefix }

func (w web) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.prefix+"/"+path, nil)
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", path, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	_ = resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		return nil, fmt.Errorf("fetch %s: %w", path, fs.ErrNotExist)
	}
	return nil, fmt.Errorf("fetch %s: the answer is %s", path, resp.Status)
}

// Read returns the file of that path, at most limit bytes of it: a longer file is an error. fs.ErrNotExist when there is none.
func Read(ctx context.Context, s Source, path string, limit int64) ([]byte, error) {
	r, err := s.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("read %s: more than %d bytes", path, limit)
	}
	return b, nil
}

// ReadEntries reads a bundle of entries. journal.CodeInvalid when it is not one.
func ReadEntries(ctx context.Context, s Source, t journal.Tile) ([][]byte, error) {
	b, err := readTile(ctx, s, t, maxBundle)
	if err != nil {
		return nil, err
	}
	return journal.ParseEntries(b, t.Width)
}

// readTile reads a tile; where a partial one has gone because the full one is there, the beginning of that is returned.
func readTile(ctx context.Context, s Source, t journal.Tile, limit int64) ([]byte, error) {
	b, err := Read(ctx, s, t.Path(), limit)
	if !errors.Is(err, fs.ErrNotExist) || t.Width == journal.TileWidth {
		return b, err
	}
	full := t
	full.Width = journal.TileWidth
	b, fullErr := Read(ctx, s, full.Path(), limit)
	if fullErr != nil {
		return nil, err
	}
	if !t.Entries {
		if len(b) != maxTile {
			return nil, journal.Refuse(journal.CodeInvalid, full.Path()+": not a full tile")
		}
		return b[:t.Width*32], nil
	}
	entries, err := journal.ParseEntries(b, journal.TileWidth)
	if err != nil {
		return nil, err
	}
	b = nil
	for _, e := range entries[:t.Width] {
		b = journal.AppendEntry(b, e)
	}
	return b, nil
}
