package booking

import "context"

const (
	CodeKeyMismatch Code = "idempotency-mismatch"  // the key was used with another body
	CodeKeyInFlight Code = "idempotency-in-flight" // the first request with this key has not ended
)

// StoredResponse is the answer that a repeated request gets again.
type StoredResponse struct {
	Status int
	Header map[string]string // the few headers that belong to the answer, such as Content-Type and Location
	Body   []byte
}

// Idempotency remembers answers by scope (person and route) and key, for a day. Safe for concurrent use;
// CodeUnavailable when the store cannot be reached.
type Idempotency interface {
	// Begin takes the key for this request, or returns the answer it was given before. CodeKeyMismatch,
	// CodeKeyInFlight (with RetryAfter). A request that neither finished nor dropped its key within a minute is
	// taken for lost, and the next one with the same body goes ahead.
	Begin(ctx context.Context, scope, key string, bodyHash [32]byte) (*StoredResponse, error)
	// Finish stores the answer. Finishing a key that is no longer this request's does nothing.
	Finish(ctx context.Context, scope, key string, bodyHash [32]byte, r StoredResponse) error
	// Drop gives the key back without an answer, so that the request can be tried again (after a 5xx).
	Drop(ctx context.Context, scope, key string) error
}
