package api

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"chesna/booking"
)

// KeyHeader names a request that must not be carried out twice. ReplayedHeader marks an answer that was given
// before.
const (
	KeyHeader      = "Idempotency-Key"
	ReplayedHeader = "Idempotency-Replayed"
)

// storeTimeout bounds the note of an answer, which is made even when the client has gone.
const storeTimeout = 3 * time.Second

// once is one keyed request. Keys are scoped by person and route and stored as hashes; a key with another
// path, query, revision or body is CodeKeyMismatch. Only answers that did something (2xx) are remembered: a
// refusal changed nothing, so the same request may be tried again. Answers are sealed, because they may hold
// the name of an applicant.
type once struct {
	store booking.Idempotency
	seal  cipher.AEAD
	bound []byte
	scope string
	key   string
	hash  [32]byte
}

// Once carries out next at most once for the request's Idempotency-Key. Without a key, or without a store, it
// just carries it out. The key's form must have been checked before.
func (s *Server) Once(c echo.Context, person uuid.UUID, body []byte, next echo.HandlerFunc) error {
	key := c.Request().Header.Get(KeyHeader)
	if key == "" || s.d.Idempotency == nil {
		return next(c)
	}
	o, err := s.newOnce(c, person, key, body)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	known, err := o.store.Begin(ctx, o.scope, o.key, o.hash)
	if err != nil {
		return fmt.Errorf("begin a keyed request: %w", err)
	}
	if known == nil {
		return s.carryOut(c, o, next)
	}
	body, err = o.open(*known)
	if err != nil {
		// Sealed under a key that has been changed since. Every use case answers a repeated request with what it
		// did, so asking again is harmless.
		s.d.Logger.WarnContext(ctx, "open a kept answer", slog.String("request", RequestID(ctx)), slog.Any("error", err))
		return next(c)
	}
	return replay(c, *known, body)
}

func (s *Server) newOnce(c echo.Context, person uuid.UUID, key string, body []byte) (*once, error) {
	r := c.Request()
	named := sha256.Sum256([]byte(key))
	h := sha256.New()
	for _, part := range [][]byte{[]byte(r.URL.EscapedPath()), []byte(r.URL.RawQuery), []byte(r.Header.Get("If-Match")), body} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	o := &once{
		store: s.d.Idempotency, scope: person.String() + " " + r.Method + " " + c.Path(),
		key: hex.EncodeToString(named[:]), hash: [32]byte(h.Sum(nil)),
	}
	o.bound = []byte(o.scope + " " + o.key)
	m := hmac.New(sha256.New, s.keys.answers)
	m.Write(o.bound)
	m.Write([]byte(key)) // the server alone cannot open what it has kept
	block, err := aes.NewCipher(m.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("make the seal of an answer: %w", err)
	}
	o.seal, err = cipher.NewGCM(block)
	return o, err
}

// carryOut runs the handler into a buffer, keeps its answer, then sends it: who has the answer can rely on
// its being kept.
func (s *Server) carryOut(c echo.Context, o *once, next echo.HandlerFunc) (err error) {
	real := c.Response()
	buffer := &answerBuffer{header: real.Header()}
	c.SetResponse(echo.NewResponse(buffer, c.Echo()))
	done := false
	defer func() {
		c.SetResponse(real)
		if !done {
			s.drop(c, o)
		}
	}()
	if err := next(c); err != nil {
		return err
	}
	c.SetResponse(real)
	if buffer.status >= http.StatusOK && buffer.status < http.StatusMultipleChoices {
		done = s.keep(c, o, buffer)
	}
	real.WriteHeader(buffer.status)
	_, err = real.Write(buffer.body.Bytes())
	return err
}

func (s *Server) keep(c echo.Context, o *once, b *answerBuffer) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), storeTimeout)
	defer cancel()
	nonce := make([]byte, o.seal.NonceSize())
	_, err := io.ReadFull(s.d.Rand, nonce)
	if err == nil {
		answer := booking.StoredResponse{Status: b.status, Header: map[string]string{}, Body: o.seal.Seal(nonce, nonce, b.body.Bytes(), o.bound)}
		for _, name := range []string{echo.HeaderContentType, echo.HeaderLocation, "Etag"} {
			if v := b.header.Get(name); v != "" {
				answer.Header[name] = v
			}
		}
		err = o.store.Finish(ctx, o.scope, o.key, o.hash, answer)
	}
	if err != nil {
		// Repeating is harmless all the same: every use case answers a repeated request with what it did.
		s.d.Logger.WarnContext(ctx, "keep an answer", slog.String("request", RequestID(ctx)), slog.Any("error", err))
	}
	return err == nil
}

func (s *Server) drop(c echo.Context, o *once) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), storeTimeout)
	defer cancel()
	if err := o.store.Drop(ctx, o.scope, o.key); err != nil {
		s.d.Logger.WarnContext(ctx, "drop a key", slog.String("request", RequestID(ctx)), slog.Any("error", err))
	}
}

// open unseals a kept answer's body.
func (o *once) open(known booking.StoredResponse) ([]byte, error) {
	n := o.seal.NonceSize()
	if len(known.Body) < n {
		return nil, errors.New("it is cut short")
	}
	return o.seal.Open(nil, known.Body[:n], known.Body[n:], o.bound)
}

func replay(c echo.Context, known booking.StoredResponse, body []byte) error {
	h := c.Response().Header()
	for name, value := range known.Header {
		h.Set(name, value)
	}
	h.Set(ReplayedHeader, "true")
	c.Response().WriteHeader(known.Status)
	_, err := c.Response().Write(body)
	return err
}

// answerBuffer takes an answer instead of the connection.
type answerBuffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *answerBuffer) Header() http.Header { return b.header }

func (b *answerBuffer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *answerBuffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}
