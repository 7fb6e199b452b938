package redisstate_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
)

func TestLimiter(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s, ctx := newStore(t, e.Client), t.Context()
		limit := identity.Limit{Name: "act", Count: 3, Per: time.Hour}
		now := start
		for range 3 {
			if err := s.Allow(ctx, "p", limit, now); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 { // refused ones do not prolong the wait
			err := s.Allow(ctx, "p", limit, now)
			var refusal *identity.Error
			if !errors.As(err, &refusal) || refusal.Code != identity.CodeRateLimited || refusal.RetryAfter != 20*time.Minute {
				t.Fatalf("%v", err)
			}
		}
		if err := s.Allow(ctx, "other", limit, now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(20 * time.Minute)
		if err := s.Allow(ctx, "p", limit, now); err != nil {
			t.Fatal(err)
		}
		if err := s.Allow(ctx, "p", limit, now); identity.CodeOf(err) != identity.CodeRateLimited {
			t.Fatal(err)
		}
		// A clock that was a day ahead must not lock anybody out for a day.
		if err := s.Allow(ctx, "q", limit, start.Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		var refusal *identity.Error
		if err := s.Allow(ctx, "q", limit, start); !errors.As(err, &refusal) || refusal.RetryAfter > time.Hour {
			t.Fatal(err)
		}
		for _, bad := range []identity.Limit{{}, {Name: "x", Per: time.Hour}, {Name: "x", Count: 10, Per: time.Millisecond}} {
			if err := s.Allow(ctx, "p", bad, now); err == nil {
				t.Fatalf("%v was taken", bad)
			}
		}
	})
}

func TestLimiterUnderConcurrency(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s := newStore(t, e.Client)
		var passed atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 5 {
					if s.Allow(context.Background(), "p", identity.Limit{Name: "x", Count: 10, Per: time.Hour}, start) == nil {
						passed.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if passed.Load() != 10 {
			t.Fatalf("%d passed, want 10", passed.Load())
		}
	})
}

func TestUnreachableRedisIsUnavailable(t *testing.T) {
	server := servers.Redis(t)
	s := newStore(t, server.Client())
	server.Kill9()
	_, err := s.SessionAlive(t.Context(), uuid.New())
	if identity.CodeOf(err) != identity.CodeUnavailable {
		t.Fatal(err)
	}
	if err := s.Allow(t.Context(), "p", identity.Limit{Name: "x", Count: 1, Per: time.Second}, start); identity.CodeOf(err) != identity.CodeUnavailable {
		t.Fatal(err)
	}
}

func TestClusterSlots(t *testing.T) {
	if testing.Short() {
		t.Skip("starts three servers")
	}
	s, person := newStore(t, servers.RedisCluster(t).Client()), uuid.New()
	for i := range 5 {
		session(s, t, person, start.Add(time.Duration(i)*time.Second))
	}
	if err := s.EndSessions(t.Context(), person); err != nil {
		t.Fatal(err)
	}
	if err := s.PutChallenge(t.Context(), identity.Challenge{ID: "c"}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TryChallenge(t.Context(), "c", 1); err != nil {
		t.Fatal(err)
	}
	if err := s.PutEmailCode(t.Context(), person, identity.EmailCode{}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TakeEmailCode(t.Context(), person, [32]byte{}, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Allow(t.Context(), "p", identity.Limit{Name: "x", Count: 1, Per: time.Second}, start); err != nil {
		t.Fatal(err)
	}
}
