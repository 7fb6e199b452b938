package identity

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// issue makes the tokens of a session, with the rights, the country and the e-mail address as they are now.
func (s *Service) issue(ctx context.Context, r SessionRecord) (Session, Tokens, error) {
	fail := func(err error) (Session, Tokens, error) { return Session{}, Tokens{}, err }
	now := s.d.Now()
	expires := earlier(now.Add(s.d.Policy.AccessTTL), r.EndsAt)
	session := Session{ID: r.ID, Person: r.Person, Grants: []Grant{{Role: RoleCitizen}}, Staff: r.Staff, ExpiresAt: expires, EndsAt: r.EndsAt}
	if r.Staff {
		grants, err := s.d.Rights.Grants(ctx, r.Person)
		if err != nil {
			return fail(fmt.Errorf("load grants: %w", err))
		}
		session.Grants = append(session.Grants, grants...)
	}
	p, err := s.d.Persons.Person(ctx, r.Person)
	if err != nil {
		return fail(fmt.Errorf("load person: %w", err))
	}
	session.Country, session.Reachable = p.Country, !p.EmailVerifiedAt.IsZero()
	access, err := s.d.Tokens.Access(session, now)
	if err != nil {
		return fail(fmt.Errorf("mint access token: %w", err))
	}
	refresh, err := s.d.Tokens.Refresh(r.ID, r.Generation)
	if err != nil {
		return fail(fmt.Errorf("mint refresh token: %w", err))
	}
	return session, Tokens{
		Access: access, AccessExpires: expires,
		Refresh: refresh, RefreshExpires: earlier(now.Add(s.d.Policy.RefreshIdle), r.EndsAt),
	}, nil
}

// Refresh changes a refresh token for new tokens with the rights of now. A token is good once; using an old one
// later than the grace ends the session, because one of its two users is a thief.
func (s *Service) Refresh(ctx context.Context, refresh string) (Session, Tokens, error) {
	id, generation, err := s.d.Tokens.ParseRefresh(refresh)
	if err != nil {
		return Session{}, Tokens{}, fmt.Errorf("read refresh token: %w", err)
	}
	now := s.d.Now()
	r, err := s.d.Sessions.RotateSession(ctx, id, generation, now, s.d.Policy.RefreshIdle, s.d.Policy.RefreshGrace)
	if err != nil {
		s.alive.forget(id)
		return Session{}, Tokens{}, fmt.Errorf("rotate session: %w", err)
	}
	if !now.Before(r.EndsAt) {
		return Session{}, Tokens{}, errUnauthenticated("ended")
	}
	return s.issue(ctx, r)
}

// Reissue makes a new access token for a living session, after its person's country, e-mail address or rights have
// changed.
// The refresh token stays as it is and is not answered.
func (s *Service) Reissue(ctx context.Context, session Session) (Session, Tokens, error) {
	alive, err := s.d.Sessions.SessionAlive(ctx, session.ID)
	if err != nil {
		return Session{}, Tokens{}, fmt.Errorf("look up session: %w", err)
	}
	if !alive || !s.d.Now().Before(session.EndsAt) {
		return Session{}, Tokens{}, errUnauthenticated("ended")
	}
	fresh, tokens, err := s.issue(ctx, SessionRecord{ID: session.ID, Person: session.Person, Staff: session.Staff, EndsAt: session.EndsAt})
	tokens.Refresh, tokens.RefreshExpires = "", time.Time{}
	return fresh, tokens, err
}

// Authenticate reads an access token. The token is checked without a store; whether its session has ended is
// asked at most once per session and Policy.RevocationLag (1 s), so an ended session is refused by the process
// that ended it at once and by every other within that lag. An unreachable store is CodeUnavailable.
func (s *Service) Authenticate(ctx context.Context, access string) (Session, error) {
	now := s.d.Now()
	session, err := s.d.Tokens.ParseAccess(access, now)
	if err != nil {
		return Session{}, fmt.Errorf("read access token: %w", err)
	}
	epoch, fresh := s.alive.fresh(session.ID, now)
	if fresh {
		return session, nil
	}
	alive, err := s.d.Sessions.SessionAlive(ctx, session.ID)
	if err != nil {
		return Session{}, fmt.Errorf("look up session: %w", err)
	}
	if !alive {
		return Session{}, errUnauthenticated("ended")
	}
	s.alive.put(session.ID, now, epoch)
	return session, nil
}

// Logout ends the session. Ending an ended one is no error.
func (s *Service) Logout(ctx context.Context, session Session) error {
	err := s.d.Sessions.EndSession(ctx, session.Person, session.ID)
	s.alive.forget(session.ID)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// LogoutEverywhere ends all sessions of a person.
func (s *Service) LogoutEverywhere(ctx context.Context, person uuid.UUID) error {
	err := s.d.Sessions.EndSessions(ctx, person)
	s.alive.clear()
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

func errUnauthenticated(reason string) *Error {
	return &Error{Code: CodeUnauthenticated, Reason: reason, Detail: "sign in again"}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// aliveCache remembers for a short time that a session had not ended. It holds at most two generations of
// maxAlive sessions. The epoch keeps an answer that was fetched before a logout from being stored after it.
type aliveCache struct {
	lag time.Duration

	mu       sync.Mutex
	epoch    uint64
	now, old map[uuid.UUID]time.Time
}

const maxAlive = 50_000

func newAliveCache(lag time.Duration) *aliveCache {
	return &aliveCache{lag: lag, now: map[uuid.UUID]time.Time{}, old: map[uuid.UUID]time.Time{}}
}

func (c *aliveCache) fresh(id uuid.UUID, at time.Time) (epoch uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen, ok := c.now[id]
	if !ok {
		seen, ok = c.old[id]
	}
	age := at.Sub(seen)
	return c.epoch, ok && age >= 0 && age < c.lag
}

func (c *aliveCache) put(id uuid.UUID, at time.Time, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	if len(c.now) >= maxAlive {
		c.now, c.old = map[uuid.UUID]time.Time{}, c.now
	}
	c.now[id] = at
}

func (c *aliveCache) forget(id uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	delete(c.now, id)
	delete(c.old, id)
}

func (c *aliveCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	clear(c.now)
	clear(c.old)
}
