package redisstate

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"chesna/identity"
)

// PutEmailCode keeps the person's code for ttl, in place of the one before.
func (s *Store) PutEmailCode(ctx context.Context, person uuid.UUID, c identity.EmailCode, ttl time.Duration) error {
	key := emailKey(person)
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, key)
		p.HSet(ctx, key, "mac", c.MAC[:], "address", c.Address)
		p.PExpire(ctx, key, ttl)
		return nil
	})
	if err != nil {
		return unavailable("put e-mail code", err)
	}
	return nil
}

// TakeEmailCode compares an answer with the code.
func (s *Store) TakeEmailCode(ctx context.Context, person uuid.UUID, mac [32]byte, maxTries int) (identity.EmailCode, error) {
	reply, err := s.run(ctx, "take e-mail code", s.scripts.emailTake, emailKey(person), mac[:], maxTries)
	if err != nil {
		return identity.EmailCode{}, err
	}
	switch {
	case reply[0] == replyOK && len(reply) == 2:
		return identity.EmailCode{MAC: mac, Address: []byte(reply[1])}, nil
	case reply[0] == replyWrong:
		return identity.EmailCode{}, &identity.Error{Code: identity.CodeEmailCode, Reason: "wrong", Detail: "this is not the code that was sent"}
	case reply[0] == replyExpired:
		return identity.EmailCode{}, &identity.Error{Code: identity.CodeEmailCode, Reason: "expired", Detail: "the code has expired; ask for a new one"}
	}
	return identity.EmailCode{}, unexpected("take e-mail code", reply)
}
