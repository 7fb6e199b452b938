package redisstate

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"chesna/identity"
)

// PutChallenge keeps a challenge for ttl.
func (s *Store) PutChallenge(ctx context.Context, c identity.Challenge, ttl time.Duration) error {
	key := challengeKey(c.ID)
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, key, "doc", c.Document, "expires", c.ExpiresAt.UnixMilli())
		p.PExpire(ctx, key, ttl)
		return nil
	})
	if err != nil {
		return unavailable("put challenge", err)
	}
	return nil
}

// TryChallenge counts a try and answers the challenge.
func (s *Store) TryChallenge(ctx context.Context, id string, maxTries int) (identity.Challenge, error) {
	reply, err := s.run(ctx, "try challenge", s.scripts.challengeTry, challengeKey(id), maxTries)
	switch {
	case err != nil:
		return identity.Challenge{}, err
	case reply[0] == replyGone:
		return identity.Challenge{}, &identity.Error{
			Code: identity.CodeChallengeUnknown, Detail: "the sign-in text was used, has expired or was never issued",
		}
	case reply[0] != replyOK || len(reply) != 3:
		return identity.Challenge{}, unexpected("try challenge", reply)
	}
	expires, err := strconv.ParseInt(reply[2], 10, 64)
	if err != nil {
		return identity.Challenge{}, unexpected("try challenge", reply)
	}
	return identity.Challenge{ID: id, Document: []byte(reply[1]), ExpiresAt: time.UnixMilli(expires).UTC()}, nil
}

// ConsumeChallenge ends the challenge; one caller gets true.
func (s *Store) ConsumeChallenge(ctx context.Context, id string) (bool, error) {
	n, err := s.client.Del(ctx, challengeKey(id)).Result()
	if err != nil {
		return false, unavailable("consume challenge", err)
	}
	return n == 1, nil
}
