package redisstate

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"chesna/identity"
)

// Allow counts one event of the key, or answers CodeRateLimited with the time to wait. Processes whose clocks
// differ by d are bounded together to within d.
func (s *Store) Allow(ctx context.Context, key string, limit identity.Limit, now time.Time) error {
	if limit.Name == "" || limit.Count < 1 || limit.Per < time.Duration(limit.Count)*time.Millisecond {
		return fmt.Errorf("redisstate: limit %q of %d per %s makes no sense", limit.Name, limit.Count, limit.Per)
	}
	reply, err := s.run(ctx, "count "+limit.Name, s.scripts.rateAllow, rateKey(limit.Name, key),
		now.UnixMilli(), limit.Count, limit.Per.Milliseconds())
	switch {
	case err != nil:
		return err
	case reply[0] == replyOK:
		return nil
	case reply[0] != replyLimited || len(reply) != 2:
		return unexpected("count "+limit.Name, reply)
	}
	wait, err := strconv.ParseInt(reply[1], 10, 64)
	if err != nil {
		return unexpected("count "+limit.Name, reply)
	}
	return &identity.Error{
		Code: identity.CodeRateLimited, Reason: limit.Name, Detail: "too many of these; wait and try again",
		RetryAfter: time.Duration(wait) * time.Millisecond,
	}
}
