package redisstate_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/redisstate"
)

func TestMain(m *testing.M) { servers.Main(m) }

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func newStore(t *testing.T, c redis.UniversalClient) *redisstate.Store {
	t.Helper()
	s, err := redisstate.New(redisstate.Deps{Client: c})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantCode(t *testing.T, err error, code identity.Code, reason string) {
	t.Helper()
	var e *identity.Error
	if !errors.As(err, &e) || e.Code != code || e.Reason != reason {
		t.Fatalf("want %s (%s), got %v", code, reason, err)
	}
}

func TestChallengeIsAnsweredOnce(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s, ctx := newStore(t, e.Client), t.Context()
		c := identity.Challenge{ID: "00112233445566778899aabbccddeeff", Document: []byte("Вхід\n\x00\xff"), ExpiresAt: start}
		if err := s.PutChallenge(ctx, c, time.Minute); err != nil {
			t.Fatal(err)
		}
		got, err := s.TryChallenge(ctx, c.ID, 2)
		if diff := cmp.Diff(c, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if ok, err := s.ConsumeChallenge(ctx, c.ID); err != nil {
					t.Error(err)
				} else if ok {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d consumed one challenge", won.Load())
		}
		_, err = s.TryChallenge(ctx, c.ID, 2)
		wantCode(t, err, identity.CodeChallengeUnknown, "")
	})
}

func TestChallengeEndsByTriesAndByTime(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s, ctx := newStore(t, e.Client), t.Context()
		c := identity.Challenge{ID: "a", Document: []byte("x"), ExpiresAt: start}
		if err := s.PutChallenge(ctx, c, time.Minute); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := s.TryChallenge(ctx, "a", 2); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.TryChallenge(ctx, "a", 2)
		wantCode(t, err, identity.CodeChallengeUnknown, "")
		if ok, _ := s.ConsumeChallenge(ctx, "a"); ok {
			t.Fatal("tries are spent, yet it could be consumed")
		}
		if err := s.PutChallenge(ctx, c, 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		e.Advance(25 * time.Millisecond)
		_, err = s.TryChallenge(ctx, "a", 2)
		wantCode(t, err, identity.CodeChallengeUnknown, "")
	})
}

func session(s *redisstate.Store, t *testing.T, person uuid.UUID, now time.Time) identity.SessionRecord {
	t.Helper()
	r := identity.SessionRecord{ID: uuid.New(), Person: person, Staff: true, EndsAt: now.Add(time.Hour)}
	if err := s.CreateSession(t.Context(), r, now, 10*time.Minute, 3); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRotation(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s, ctx := newStore(t, e.Client), t.Context()
		rotate := func(r identity.SessionRecord, generation uint64, now time.Time) (identity.SessionRecord, error) {
			return s.RotateSession(ctx, r.ID, generation, now, 10*time.Minute, 10*time.Second)
		}
		r := session(s, t, uuid.New(), start)
		want := r
		want.Generation = 1
		got, err := rotate(r, 0, start.Add(time.Minute))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		if got, err = rotate(r, 0, start.Add(70*time.Second)); err != nil || got.Generation != 1 {
			t.Fatalf("a lost answer cannot be repeated: %v %v", got, err)
		}
		if got, err = rotate(r, 1, start.Add(80*time.Second)); err != nil || got.Generation != 2 {
			t.Fatalf("%v %v", got, err)
		}
		_, err = rotate(r, 1, start.Add(91*time.Second))
		wantCode(t, err, identity.CodeUnauthenticated, "reused")
		_, err = rotate(r, 2, start.Add(92*time.Second))
		wantCode(t, err, identity.CodeUnauthenticated, "ended")

		for _, generation := range []uint64{7, 1 << 60} {
			r = session(s, t, uuid.New(), start)
			_, err = rotate(r, generation, start)
			wantCode(t, err, identity.CodeUnauthenticated, "reused")
		}
		r = session(s, t, uuid.New(), start)
		_, err = rotate(r, 0, r.EndsAt)
		wantCode(t, err, identity.CodeUnauthenticated, "ended")
	})
}

func TestRotationAtOnceMovesOneStep(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s := newStore(t, e.Client)
		r := session(s, t, uuid.New(), start)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				got, err := s.RotateSession(t.Context(), r.ID, 0, start, time.Minute, time.Second)
				if err != nil || got.Generation != 1 {
					t.Errorf("%v %v", got, err)
				}
			})
		}
		wg.Wait()
	})
}

func TestSessionsEnd(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s, ctx := newStore(t, e.Client), t.Context()
		person, other := uuid.New(), uuid.New()
		var list []identity.SessionRecord
		for i := range 4 {
			list = append(list, session(s, t, person, start.Add(time.Duration(i)*time.Second)))
		}
		kept := session(s, t, other, start)
		alive := func() (out []bool) {
			for _, r := range append(list, kept) {
				ok, err := s.SessionAlive(ctx, r.ID)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, ok)
			}
			return out
		}
		if diff := cmp.Diff([]bool{false, true, true, true, true}, alive()); diff != "" {
			t.Fatal("the oldest above the bound should end: ", diff)
		}
		for range 2 {
			if err := s.EndSession(ctx, person, list[2].ID); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]bool{false, true, false, true, true}, alive()); diff != "" {
			t.Fatal(diff)
		}
		for range 2 {
			if err := s.EndSessions(ctx, person); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]bool{false, false, false, false, true}, alive()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestIdleSessionEnds(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s := newStore(t, e.Client)
		r := identity.SessionRecord{ID: uuid.New(), Person: uuid.New(), EndsAt: start.Add(time.Hour)}
		if err := s.CreateSession(t.Context(), r, start, 20*time.Millisecond, 3); err != nil {
			t.Fatal(err)
		}
		e.Advance(25 * time.Millisecond)
		if ok, err := s.SessionAlive(t.Context(), r.ID); ok || err != nil {
			t.Fatal(ok, err)
		}
	})
}

func TestEmailCode(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		s, ctx, person := newStore(t, e.Client), t.Context(), uuid.New()
		right, wrong := [32]byte{1, 0, 255}, [32]byte{2}
		put := func(ttl time.Duration) {
			t.Helper()
			if err := s.PutEmailCode(ctx, person, identity.EmailCode{MAC: right, Address: []byte("sealed\x00")}, ttl); err != nil {
				t.Fatal(err)
			}
		}
		take := func(mac [32]byte) (identity.EmailCode, error) { return s.TakeEmailCode(ctx, person, mac, 2) }
		_, err := take(right)
		wantCode(t, err, identity.CodeEmailCode, "expired")
		put(time.Minute)
		_, err = take(wrong)
		wantCode(t, err, identity.CodeEmailCode, "wrong")
		if c, err := take(right); err != nil || string(c.Address) != "sealed\x00" {
			t.Fatal(c, err)
		}
		_, err = take(right)
		wantCode(t, err, identity.CodeEmailCode, "expired")
		put(time.Minute)
		_, _ = take(wrong)
		put(time.Minute) // a new code has all its tries
		for range 2 {
			_, err = take(wrong)
			wantCode(t, err, identity.CodeEmailCode, "wrong")
		}
		_, err = take(right)
		wantCode(t, err, identity.CodeEmailCode, "expired")
		put(20 * time.Millisecond)
		e.Advance(25 * time.Millisecond)
		_, err = take(right)
		wantCode(t, err, identity.CodeEmailCode, "expired")
	})
}
