package app

import (
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"chesna/configs"
)

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
	return redis.NewClient(o), nil
}

func openSentinel(c configs.Redis) (redis.UniversalClient, error) {
	o := &redis.FailoverOptions{
		MasterName: c.SentinelMaster, SentinelAddrs: c.Addrs, SentinelPassword: c.SentinelPassword.Reveal(),
		PoolSize: c.PoolSize, DialTimeout: c.DialTimeout.D(), ReadTimeout: c.ReadTimeout.D(), WriteTimeout: c.WriteTimeout.D(),
		ContextTimeoutEnabled: true,
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
	o.ClusterStateReloadInterval = c.ClusterReload.D()
	return redis.NewClusterClient(o), nil
}
