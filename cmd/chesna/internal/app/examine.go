package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	bookingpg "chesna/booking/pgstore"
	"chesna/configs"
	"chesna/identity/keyring"
)

// Finding is one thing that chesna doctor looked at.
type Finding struct {
	Name string
	Err  error // nil: good
}

// Examine looks at what the service needs, without changing anything.
func Examine(ctx context.Context, c *configs.Config) []Finding {
	_, keyErr := keyring.Parse(c.Keys.Master.Reveal())
	return []Finding{
		{"master key", keyErr},
		{"PostgreSQL", examinePostgres(ctx, c.Database)},
		{"Redis", examineRedis(ctx, c.Redis)},
	}
}

func examinePostgres(ctx context.Context, c configs.Database) error {
	if !c.URL.IsSet() {
		return errors.New("DATABASE_URL is not set")
	}
	pool, err := bookingpg.Open(ctx, c.URL.Reveal())
	if err != nil {
		return err
	}
	defer pool.Close()
	began := time.Now()
	var theirs time.Time
	if err := pool.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&theirs); err != nil {
		return err
	}
	return skew(began, theirs)
}

func examineRedis(ctx context.Context, c configs.Redis) error {
	client, err := openRedis(c)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	began := time.Now()
	theirs, err := client.Time(ctx).Result()
	if err != nil {
		return err
	}
	return skew(began, theirs)
}

// skew complains when a server's clock is more than a second away from ours.
func skew(began, theirs time.Time) error {
	middle := began.Add(time.Since(began) / 2)
	if d := theirs.Sub(middle).Abs(); d > time.Second {
		return fmt.Errorf("its clock is %s away from ours", d.Round(time.Millisecond))
	}
	return nil
}
