package witness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/journal"
	"chesna/booking/journal/monitor"
)

// maxBody is the longest request: a checkpoint and 63 hashes are far below.
const maxBody = 96 << 10

// Deps is what a Server needs.
type Deps struct {
	Dir    string                // required; made if it is not there
	Key    *journal.CosigningKey // required; see LoadKey
	Logs   []note.Verifier       // at least one; a key's name is its log's origin
	Logger *slog.Logger          // required

	// Mirror is where the operator serves the logs and the draws' files: <Mirror>/draws/tile/…,
	// <Mirror>/draws/<drawID>/files/<name>. Empty: no mirror. It concerns the logs whose origin ends in /draws, or is draws.
	Mirror string
	HTTP   *http.Client // required for a mirror; its Timeout bounds each download
}

// Server is a witness. Safe for concurrent use.
type Server struct {
	dir    string
	key    *journal.CosigningKey
	log    *slog.Logger
	lock   *os.File
	logs   map[string]*watched // by origin
	byID   map[string]*watched
	mirror *mirror
}

// Open reads the folder, locks it and makes a Server; Close gives the folder free.
func Open(d Deps) (_ *Server, err error) {
	if d.Dir == "" || d.Key == nil || len(d.Logs) == 0 || d.Logger == nil {
		return nil, errors.New("witness: Dir, Key, Logs and Logger are required")
	}
	if d.Mirror != "" && d.HTTP == nil {
		return nil, errors.New("witness: a mirror needs an HTTP client")
	}
	s := &Server{dir: d.Dir, key: d.Key, log: d.Logger, logs: map[string]*watched{}, byID: map[string]*watched{}}
	if s.lock, err = lockFolder(d.Dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = s.lock.Close()
		}
	}()
	if d.Mirror != "" {
		source, err := monitor.Open(strings.TrimSuffix(d.Mirror, "/")+"/draws", d.HTTP)
		if err != nil {
			return nil, err
		}
		s.mirror = &mirror{dir: d.Dir, source: source, log: d.Logger}
	}
	for _, v := range d.Logs {
		if s.logs[v.Name()] != nil {
			return nil, fmt.Errorf("witness: the log %s is named twice", v.Name())
		}
		w, err := openWatched(d.Dir, v, d.Key)
		if err != nil {
			return nil, err
		}
		if s.mirror != nil && isDraws(v.Name()) {
			if w.copy, err = openCopy(w.dir, w.last); err != nil {
				return nil, err
			}
		}
		s.logs[v.Name()], s.byID[journal.OriginID(v.Name())] = w, w
	}
	return s, nil
}

func isDraws(origin string) bool {
	return origin == journal.NameDraws || strings.HasSuffix(origin, "/"+journal.NameDraws)
}

// Close gives the folder free. Requests must have ended.
func (s *Server) Close() error { return s.lock.Close() }

// Key is the verifier key that its cosignatures verify with.
func (s *Server) Key() string { return s.key.String() }

// Handler serves the witness.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", s.addCheckpoint)
	mux.HandleFunc("GET /checkpoint/{id}", s.checkpoint)
	mux.HandleFunc("GET /key", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, s.Key()+"\n") })
	mux.HandleFunc("GET /files/{drawID}/{name}", s.file)
	return mux
}

func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (s *Server) checkpoint(w http.ResponseWriter, r *http.Request) {
	log := s.byID[r.PathValue("id")]
	if log == nil {
		text(w, http.StatusNotFound, "this log is not known here\n")
		return
	}
	log.mu.Lock()
	msg := log.note
	log.mu.Unlock()
	if msg == nil {
		text(w, http.StatusNotFound, "nothing of this log has been cosigned yet\n")
		return
	}
	text(w, http.StatusOK, string(msg))
}

// refusal is an answer other than 200.
type refusal struct {
	status int
	words  string
	size   int64 // of a 409
}

func (r *refusal) Error() string { return r.words }

func (s *Server) addCheckpoint(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		text(w, http.StatusBadRequest, "the request is too long, or ended early\n")
		return
	}
	lines, err := s.judge(r.Context(), body)
	var no *refusal
	switch {
	case err == nil:
		text(w, http.StatusOK, lines)
	case errors.As(err, &no) && no.status == http.StatusConflict:
		w.Header().Set("Content-Type", journal.SizeMediaType)
		w.WriteHeader(no.status)
		_, _ = fmt.Fprintf(w, "%d\n", no.size)
	case errors.As(err, &no):
		text(w, no.status, no.words+"\n")
	default:
		s.log.ErrorContext(r.Context(), "cosign a checkpoint", "error", err)
		text(w, http.StatusInternalServerError, "the witness cannot keep its state now\n")
	}
}

// judge decides on a request, in the order that tlog-witness gives, and returns signature lines.
func (s *Server) judge(ctx context.Context, body []byte) (string, error) {
	a, err := journal.ParseAddCheckpoint(body)
	if err != nil {
		return "", &refusal{status: http.StatusBadRequest, words: err.Error()}
	}
	peeked, err := journal.PeekCheckpoint(a.Checkpoint)
	if err != nil {
		return "", &refusal{status: http.StatusBadRequest, words: err.Error()}
	}
	log := s.logs[peeked.Origin]
	if log == nil {
		return "", &refusal{status: http.StatusNotFound, words: "this log is not known here"}
	}
	c, signed, err := journal.OpenCheckpoint(a.Checkpoint, log.verifier)
	if err != nil {
		return "", &refusal{status: http.StatusForbidden, words: "the log's signature is not there, or does not verify"}
	}
	if a.Old > c.Size {
		return "", &refusal{status: http.StatusBadRequest, words: "the old size is greater than the checkpoint's"}
	}
	log.judging.Lock()
	defer log.judging.Unlock()
	if a.Old != log.last.Size {
		return "", &refusal{status: http.StatusConflict, words: "another size was cosigned last", size: log.last.Size}
	}
	err = journal.CheckConsistency(log.last.Size, log.last.Root, c.Size, c.Root, a.Proof)
	switch {
	case journal.CodeOf(err) == journal.CodeFork:
		s.evidence(ctx, log, "fork", a.Checkpoint)
		return "", &refusal{status: http.StatusConflict, words: "two roots of one size", size: log.last.Size}
	case err != nil:
		s.evidence(ctx, log, "unproved", a.Checkpoint)
		return "", &refusal{status: http.StatusUnprocessableEntity, words: err.Error()}
	}
	if log.copy != nil {
		if err := s.mirror.follow(ctx, log, journal.Head{Size: c.Size, Root: c.Root}); err != nil {
			return "", err
		}
	}
	return s.cosign(log, c, signed)
}

// cosign makes the cosignature and keeps the new head durably before it is told.
func (s *Server) cosign(log *watched, c journal.Checkpoint, signed *note.Note) (string, error) {
	msg, err := note.Sign(&note.Note{Text: signed.Text, Sigs: signed.Sigs}, s.key)
	if err != nil {
		return "", fmt.Errorf("cosign: %w", err)
	}
	if err := log.keep(msg, journal.Head{Size: c.Size, Root: c.Root}); err != nil {
		return "", err
	}
	body := strings.TrimSuffix(string(msg), "\n")
	return body[strings.LastIndex(body, "\n")+1:] + "\n", nil
}
