package redisstate

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"chesna/identity"
)

// CreateSession lists the session with its person and then stores it, in this order: a crash in between leaves
// an entry without a session, never a session that EndSessions does not find.
func (s *Store) CreateSession(
	ctx context.Context, r identity.SessionRecord, now time.Time, idle time.Duration, maxSessions int,
) error {
	life := r.EndsAt.Sub(now)
	reply, err := s.run(ctx, "enlist session", s.scripts.sessionEnlist, sessionsKey(r.Person),
		r.ID.String(), now.UnixMilli(), maxSessions, life.Milliseconds())
	if err != nil {
		return err
	}
	if reply[0] != replyOK {
		return unexpected("enlist session", reply)
	}
	key := sessionKey(r.ID.String())
	_, err = s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, key, "person", r.Person.String(), "generation", r.Generation, "staff", r.Staff,
			"ends", r.EndsAt.UnixMilli(), "rotated", now.UnixMilli())
		p.PExpire(ctx, key, min(idle, life))
		return nil
	})
	if err != nil {
		return unavailable("store session", err)
	}
	return s.delete(ctx, reply[1:])
}

// RotateSession takes a generation and answers the session with the generation that is good now.
func (s *Store) RotateSession(
	ctx context.Context, id uuid.UUID, generation uint64, now time.Time, idle, grace time.Duration,
) (identity.SessionRecord, error) {
	reply, err := s.run(ctx, "rotate session", s.scripts.sessionRotate, sessionKey(id.String()),
		strconv.FormatUint(generation, 10), now.UnixMilli(), idle.Milliseconds(), grace.Milliseconds())
	if err != nil {
		return identity.SessionRecord{}, err
	}
	switch {
	case reply[0] == replyEnded:
		return identity.SessionRecord{}, ended("ended")
	case reply[0] == replyReused:
		return identity.SessionRecord{}, ended("reused")
	case reply[0] != replyOK || len(reply) != 5:
		return identity.SessionRecord{}, unexpected("rotate session", reply)
	}
	person, err1 := uuid.Parse(reply[1])
	next, err2 := strconv.ParseUint(reply[2], 10, 64)
	ends, err3 := strconv.ParseInt(reply[4], 10, 64)
	if errors.Join(err1, err2, err3) != nil {
		return identity.SessionRecord{}, unexpected("rotate session", reply)
	}
	return identity.SessionRecord{
		ID: id, Person: person, Generation: next, Staff: reply[3] == "1", EndsAt: time.UnixMilli(ends).UTC(),
	}, nil
}

// SessionAlive tells whether the session has not ended.
func (s *Store) SessionAlive(ctx context.Context, id uuid.UUID) (bool, error) {
	n, err := s.client.Exists(ctx, sessionKey(id.String())).Result()
	if err != nil {
		return false, unavailable("look up session", err)
	}
	return n == 1, nil
}

// EndSession ends one session; ending it again does nothing.
func (s *Store) EndSession(ctx context.Context, person, id uuid.UUID) error {
	if err := s.delete(ctx, []string{id.String()}); err != nil {
		return err
	}
	if err := s.client.ZRem(ctx, sessionsKey(person), id.String()).Err(); err != nil {
		return unavailable("end session", err)
	}
	return nil
}

// EndSessions ends all sessions of a person that began before the call.
func (s *Store) EndSessions(ctx context.Context, person uuid.UUID) error {
	ids, err := s.client.ZRange(ctx, sessionsKey(person), 0, -1).Result()
	if err != nil {
		return unavailable("list sessions", err)
	}
	if len(ids) == 0 {
		return nil
	}
	if err := s.delete(ctx, ids); err != nil {
		return err
	}
	members := make([]any, len(ids))
	for i, id := range ids {
		members[i] = id
	}
	if err := s.client.ZRem(ctx, sessionsKey(person), members...).Err(); err != nil {
		return unavailable("end sessions", err)
	}
	return nil
}

// delete ends sessions one key at a time, because they lie in different hash slots.
func (s *Store) delete(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range ids {
			p.Del(ctx, sessionKey(id))
		}
		return nil
	})
	if err != nil {
		return unavailable("end sessions", err)
	}
	return nil
}

func ended(reason string) error {
	return &identity.Error{Code: identity.CodeUnauthenticated, Reason: reason, Detail: "sign in again"}
}
