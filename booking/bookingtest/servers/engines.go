package servers

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Engine is one thing that speaks Redis, fresh and empty.
type Engine struct {
	// Name is "miniredis" or "redis".
	Name string
	// Addr is host:port on loopback.
	Addr string
	// Client is closed after the test.
	Client redis.UniversalClient
	// Advance lets d pass for the keys' times to live. On return all keys with at most d to live are gone. The real one can only be waited for, so
	// keep d to milliseconds. miniredis jumps, and so does its TIME, which from the first jump on stands still in between.
	Advance func(d time.Duration)
	// Server is the process behind the engine; nil for miniredis.
	Server *RedisServer
	// Mini is the server behind the engine; nil for the real one.
	Mini *miniredis.Miniredis
}

// Engines runs the test once on miniredis and once on a real redis-server, as subtests of these names.
func Engines(t *testing.T, test func(t *testing.T, e Engine)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { test(t, MiniredisEngine(t)) })
	t.Run("redis", func(t *testing.T) { test(t, RedisEngine(t)) })
}

// MiniredisEngine is the first of [Engines], for tests that choose themselves.
func MiniredisEngine(t testing.TB) Engine {
	t.Helper()
	m := Miniredis(t)
	var now time.Time
	return Engine{
		Name: "miniredis", Addr: m.Addr(), Client: newClient(t, m.Addr()), Mini: m,
		Advance: func(d time.Duration) {
			if now.IsZero() {
				now = time.Now()
			}
			now = now.Add(d)
			m.SetTime(now)
			m.FastForward(d)
		},
	}
}

// RedisEngine is the second of [Engines].
func RedisEngine(t testing.TB, options ...RedisOption) Engine {
	t.Helper()
	s := Redis(t, options...)
	return Engine{
		Name: "redis", Addr: s.Addr(), Client: s.Client(), Server: s,
		Advance: func(d time.Duration) { <-time.After(d + 2*time.Millisecond) },
	}
}
