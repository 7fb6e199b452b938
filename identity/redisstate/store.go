package redisstate

import (
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"chesna/identity"
)

// Deps is what a Store works with.
type Deps struct {
	// Client is a single server, Sentinel or Cluster; its time-outs bound every call.
	Client redis.UniversalClient
}

// Store implements identity's ChallengeStore, SessionStore, EmailCodeStore and Limiter. It is safe for
// concurrent use.
type Store struct {
	client  redis.UniversalClient
	scripts scripts
}

// New checks the dependencies; it does not talk to Redis yet.
func New(d Deps) (*Store, error) {
	if d.Client == nil {
		return nil, errors.New("redisstate: no client")
	}
	return &Store{client: d.Client, scripts: loadScripts()}, nil
}

// unavailable is any failure of Redis itself. The cause names commands and addresses, never values.
func unavailable(doing string, err error) error {
	return &identity.Error{
		Code: identity.CodeUnavailable, Reason: doing, Detail: "the store of sessions cannot be reached",
		RetryAfter: time.Second, Cause: err,
	}
}
