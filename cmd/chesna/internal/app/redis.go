package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"

	"chesna/configs"
)

// redisRetries is how often a call is tried again by the client. A server that refuses connections is told to
// the caller at once; the library's own defaults took two seconds for it.
const redisRetries = 1

// LogRedis sends the lines that the client library writes by itself to the log, as debugging: it is the
// library's only switch, for the whole process.
func LogRedis(logger *slog.Logger) { redis.SetLogger(redisLog{logger}) }

type redisLog struct{ logger *slog.Logger }

// Printf implements the library's logger.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.logger.DebugContext(ctx, "redis client", "line", fmt.Sprintf(format, v...))
}

// openRedis makes the client for the configured kind of Redis. It connects at first use. Calls end with their
// context, so that a hung server is noticed in the caller's time.
func openRedis(c configs.Redis) (redis.UniversalClient, error) {
	if !c.URL.IsSet() && len(c.Addrs) == 0 {
		return nil, errors.New("redis: REDIS_URL is not set")
	}
	switch c.Mode {
	case configs.RedisCluster:
		return openCluster(c)
	case configs.RedisSentinel:
		return openSentinel(c)
	default:
		return openSingle(c)
	}
}

func openSingle(c configs.Redis) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(c.URL.Reveal())
	if err != nil {
		return nil, errors.New("redis: REDIS_URL is not a redis:// address") // the cause would show the password
	}
	o.PoolSize, o.DialTimeout = c.PoolSize, c.DialTimeout.D()
	o.ReadTimeout, o.WriteTimeout, o.ContextTimeoutEnabled = c.ReadTimeout.D(), c.WriteTimeout.D(), true
	o.MaxRetries, o.DialerRetries = redisRetries, 1
	return redis.NewClient(o), nil
}

func openSentinel(c configs.Redis) (redis.UniversalClient, error) {
	o := &redis.FailoverOptions{
		MasterName: c.SentinelMaster, SentinelAddrs: c.Addrs, SentinelPassword: c.SentinelPassword.Reveal(),
		PoolSize: c.PoolSize, DialTimeout: c.DialTimeout.D(), ReadTimeout: c.ReadTimeout.D(), WriteTimeout: c.WriteTimeout.D(),
		ContextTimeoutEnabled: true, MaxRetries: redisRetries, DialerRetries: 1,
	}
	if c.URL.IsSet() {
		u, err := redis.ParseURL(c.URL.Reveal())
		if err != nil {
			return nil, errors.New("redis: REDIS_URL is not a redis:// address")
		}
		o.Username, o.Password, o.DB = u.Username, u.Password, u.DB
	}
	return redis.NewFailoverClient(o), nil
}

// openCluster reloads the topology every second by default: the client notices a dead master only then.
func openCluster(c configs.Redis) (redis.UniversalClient, error) {
	o := &redis.ClusterOptions{Addrs: c.Addrs}
	if c.URL.IsSet() {
		parsed, err := redis.ParseClusterURL(c.URL.Reveal())
		if err != nil {
			return nil, fmt.Errorf("redis: REDIS_URL is not a cluster's address")
		}
		parsed.Addrs = append(parsed.Addrs, c.Addrs...)
		o = parsed
	}
	o.PoolSize, o.DialTimeout = c.PoolSize, c.DialTimeout.D()
	o.ReadTimeout, o.WriteTimeout, o.ContextTimeoutEnabled = c.ReadTimeout.D(), c.WriteTimeout.D(), true
	o.MaxRetries, o.DialerRetries = redisRetries, 1
	o.ClusterStateReloadInterval = c.ClusterReload.D()
	return redis.NewClusterClient(o), nil
}
