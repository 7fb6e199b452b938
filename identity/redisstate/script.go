package redisstate

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed lua/challenge_try.lua
	challengeTryLua string
	//go:embed lua/session_enlist.lua
	sessionEnlistLua string
	//go:embed lua/session_rotate.lua
	sessionRotateLua string
	//go:embed lua/email_take.lua
	emailTakeLua string
	//go:embed lua/rate_allow.lua
	rateAllowLua string
)

type scripts struct {
	challengeTry, sessionEnlist, sessionRotate, emailTake, rateAllow *redis.Script
}

func loadScripts() scripts {
	return scripts{
		challengeTry:  redis.NewScript(challengeTryLua),
		sessionEnlist: redis.NewScript(sessionEnlistLua),
		sessionRotate: redis.NewScript(sessionRotateLua),
		emailTake:     redis.NewScript(emailTakeLua),
		rateAllow:     redis.NewScript(rateAllowLua),
	}
}

// The words scripts answer first.
const (
	replyOK      = "OK"
	replyGone    = "GONE"
	replyEnded   = "ENDED"
	replyReused  = "REUSED"
	replyWrong   = "WRONG"
	replyExpired = "EXPIRED"
	replyLimited = "LIMITED"
)

// run runs a script on the one key and answers its reply, which has at least one word.
func (s *Store) run(ctx context.Context, doing string, script *redis.Script, key string, args ...any) ([]string, error) {
	reply, err := script.Run(ctx, s.client, []string{key}, args...).StringSlice()
	if err != nil {
		return nil, unavailable(doing, err)
	}
	if len(reply) == 0 {
		return nil, unexpected(doing, reply)
	}
	return reply, nil
}

// unexpected is a reply no script gives: a bug, or a foreign key in our place.
func unexpected(doing string, reply []string) error {
	word := ""
	if len(reply) > 0 {
		word = reply[0]
	}
	return fmt.Errorf("redisstate: %s: unexpected reply %q of %d words", doing, word, len(reply))
}
