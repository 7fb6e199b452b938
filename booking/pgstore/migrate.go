package pgstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Schema is the PostgreSQL schema of everything in this package and of River's tables.
const Schema = "booking"

// migrationLock is the advisory lock that one migration at a time holds; the number is "chesna" as bytes.
const migrationLock int64 = 0x636865736e61

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database up to date: this package's tables (goose, version table booking.goose_db_version)
// and River's. It does nothing when there is nothing to do, and several may run at once. The role must be allowed
// to create the schema and the extension btree_gist.
func Migrate(ctx context.Context, dsn string) error {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return errors.New("pgstore: the database URL cannot be read") // the cause may quote a password
	}
	cfg.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return mapError("open the pool", err)
	}
	defer pool.Close()
	lock, err := pgx.ConnectConfig(ctx, cfg.ConnConfig.Copy())
	if err != nil {
		return mapError("reach the database", err)
	}
	defer func() { // closing gives the lock back
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = lock.Close(closing)
	}()
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return mapError("wait for another migration", err)
	}
	if _, err := lock.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+Schema); err != nil {
		return mapError("create the schema", err)
	}
	if err := migrateTables(ctx, pool); err != nil {
		return mapError("migrate the ledger", err)
	}
	return mapError("migrate the job tables", migrateRiver(ctx, pool))
}

func migrateTables(ctx context.Context, pool *pgxpool.Pool) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("open the migrations: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }()
	provider, err := goose.NewProvider(database.DialectPostgres, db, files,
		goose.WithTableName(Schema+".goose_db_version"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	_, err = provider.Up(ctx)
	return err
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{
		Schema: Schema, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
