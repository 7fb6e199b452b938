package journal

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

// Cache headers. A tile of a given path never changes; partial ones are soon superseded.
const (
	cacheFull       = "public, max-age=31536000, immutable"
	cachePartial    = "public, max-age=86400"
	cacheCheckpoint = "public, max-age=1, must-revalidate"
)

// Handler serves the log as C2SP tlog-tiles: checkpoint, checkpoint.tsr (the RFC 3161 token over that checkpoint's text) and
// tile/…, as far as a signed checkpoint reaches. Mount it under the log's prefix with http.StripPrefix. GET and HEAD only;
// 404 for every other path, also for another spelling of a path.
func (l *Log) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		f, err := l.file(r.Context(), strings.TrimPrefix(r.URL.Path, "/"))
		switch CodeOf(err) {
		case "":
			if err == nil {
				f.serve(w, r)
				return
			}
		case CodeAbsent, CodeInvalid:
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "there is no such file in this log", http.StatusNotFound)
			return
		}
		if r.Context().Err() == nil {
			l.log.ErrorContext(r.Context(), "serve the log", "error", err)
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "the log cannot be read now", http.StatusServiceUnavailable)
	})
}

// file is one answer.
type file struct {
	body              []byte
	mediaType, caches string
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("Cache-Control", f.caches)
	h.Set("Content-Length", strconv.Itoa(len(f.body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*") // public files, without credentials: a verifier may be a page from elsewhere
	if r.Method == http.MethodGet {
		_, _ = w.Write(f.body)
	}
}

func (l *Log) file(ctx context.Context, path string) (file, error) {
	switch path {
	case "checkpoint":
		s, err := l.Latest(ctx)
		return file{s.Note, "text/plain; charset=utf-8", cacheCheckpoint}, err
	case "checkpoint.tsr":
		s, err := l.Latest(ctx)
		if err == nil && len(s.Token) == 0 {
			err = Refuse(CodeAbsent, "the checkpoint has no time stamp yet")
		}
		return file{s.Token, "application/cms", cacheCheckpoint}, err
	}
	t, err := ParseTilePath(path)
	if err != nil {
		return file{}, err
	}
	newest, err := l.store.LastCheckpoint(ctx, l.name, 0)
	if err != nil {
		return file{}, err
	}
	if !t.In(newest.Size) {
		return file{}, Refuse(CodeAbsent, "no signed tree has this tile")
	}
	f := file{nil, "application/octet-stream", cacheFull}
	if t.Width < TileWidth {
		f.caches = cachePartial
	}
	f.body, err = l.tile(ctx, t)
	return f, err
}

// tile reads a tile that the tree has.
func (l *Log) tile(ctx context.Context, t Tile) (body []byte, err error) {
	if t.Entries {
		leaves, err := l.store.Leaves(ctx, l.name, t.N*TileWidth, t.N*TileWidth+int64(t.Width))
		for _, leaf := range leaves {
			body = AppendEntry(body, leaf)
		}
		return body, err
	}
	hashes, err := l.store.Hashes(ctx, l.name, t.hashIndexes())
	for _, h := range hashes {
		body = append(body, h[:]...)
	}
	return body, err
}
