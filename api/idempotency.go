package api

import (
	"context"

	"github.com/google/uuid"
)

// IdempotencyKey names a request that must not be carried out twice.
type IdempotencyKey struct {
	Person uuid.UUID
	Route  string   // method and route pattern
	Key    [32]byte // SHA-256 of the client's key
	Hash   [32]byte // SHA-256 of path, query and body
}

// IdempotencyVerdict is what the store knows of a key.
type IdempotencyVerdict int

const (
	// KeyFresh: nobody used it; it is reserved for this request until Finish or Forget, or until it is old.
	KeyFresh IdempotencyVerdict = iota + 1
	// KeyDone: the same request was answered; Answer holds what was said.
	KeyDone
	// KeyBusy: the same request is being carried out.
	KeyBusy
	// KeyMismatch: it was used with another request.
	KeyMismatch
)

// IdempotencyStore remembers answers by key for a day or so. Answers are sealed before they get here. All
// methods are safe for concurrent use.
type IdempotencyStore interface {
	// Begin reserves a key or says what is known of it.
	Begin(ctx context.Context, k IdempotencyKey) (IdempotencyVerdict, []byte, error)
	// Finish keeps the answer under a key that this request has reserved.
	Finish(ctx context.Context, k IdempotencyKey, answer []byte) error
	// Forget gives a reserved key back: the request was refused and has changed nothing.
	Forget(ctx context.Context, k IdempotencyKey) error
}
