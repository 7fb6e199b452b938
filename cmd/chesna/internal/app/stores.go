package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	bookingpg "chesna/booking/pgstore"
	"chesna/cmd/chesna/internal/app/embedded"
	"chesna/configs"
	identitypg "chesna/identity/pgstore"
)

// openStores connects to PostgreSQL and Redis; the demo starts its own first.
func (a *App) openStores(ctx context.Context) error {
	c := *a.options.Config
	if a.options.Demo {
		if err := a.embed(ctx, &c); err != nil {
			return err
		}
	}
	if !c.Database.URL.IsSet() {
		return errors.New("DATABASE_URL is not set")
	}
	if a.options.Demo {
		if err := Migrate(ctx, c.Database.URL.Reveal()); err != nil {
			return err
		}
	}
	var err error
	if a.parts.pool, err = bookingpg.Open(ctx, dataSource(c.Database)); err != nil {
		return err
	}
	a.onStop("database pool", func(context.Context) error { a.parts.pool.Close(); return nil })
	if a.parts.redis, err = openRedis(c.Redis); err != nil {
		return err
	}
	a.onStop("redis client", func(context.Context) error { return a.parts.redis.Close() })
	if err := a.parts.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("reach redis: %w", err)
	}
	return nil
}

// embed starts the demo's private PostgreSQL and in-process Redis and puts their addresses into the config.
func (a *App) embed(ctx context.Context, c *configs.Config) error {
	dir, err := filepath.Abs(filepath.Join(a.options.DataDir, "pg"))
	if err != nil {
		return err
	}
	postgres, err := embedded.NewPostgres(embedded.PostgresDeps{Dir: dir, Logger: a.logger})
	if err != nil {
		return err
	}
	if err := postgres.Start(ctx); err != nil {
		return err
	}
	a.onStop("embedded PostgreSQL", postgres.Stop)
	a.background("watch over PostgreSQL", func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-postgres.Done():
			a.fail(errors.New("the embedded PostgreSQL has ended"))
		}
	})
	server := embedded.NewRedis()
	if err := server.Start(ctx); err != nil {
		return err
	}
	a.onStop("embedded Redis", server.Stop)
	c.Database.URL = configs.NewSecret(postgres.DSN())
	c.Redis = configs.Redis{
		Mode: configs.RedisSingle, URL: configs.NewSecret(server.URL()), PoolSize: c.Redis.PoolSize,
		DialTimeout: c.Redis.DialTimeout, ReadTimeout: c.Redis.ReadTimeout, WriteTimeout: c.Redis.WriteTimeout, MaxSkew: c.Redis.MaxSkew,
	}
	return nil
}

// dataSource is the database's address with the configured bounds, where the address does not set them itself.
func dataSource(c configs.Database) string {
	address := c.URL.Reveal()
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return address // keyword form: the operator's own words
	}
	q := u.Query()
	for name, value := range map[string]string{
		"pool_max_conns":    strconv.Itoa(c.PoolSize),
		"connect_timeout":   strconv.Itoa(max(1, int(c.ConnectTimeout.D().Seconds()))),
		"statement_timeout": strconv.FormatInt(c.StatementTimeout.D().Milliseconds(), 10),
	} {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Migrate brings a database to this version.
func Migrate(ctx context.Context, dsn string) error {
	if dsn == "" {
		return errors.New("DATABASE_URL is not set")
	}
	if err := bookingpg.Migrate(ctx, dsn); err != nil {
		return err
	}
	return identitypg.Migrate(ctx, dsn)
}

// parts are what the steps of start hand to each other.
type parts struct {
	pool  *pgxpool.Pool
	redis redis.UniversalClient
	identityParts
	releaseParts
	openingParts
	bookingParts
}
