package pgstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable is in the schema itself, so that each room counts its own migrations.
const versionTable = "identity.schema_version"

// Migrate brings the schema identity to the newest version. Several processes may call it at once.
func Migrate(ctx context.Context, dsn string) (err error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return errors.New("identity/pgstore: the database address cannot be read") // the cause may quote the password
	}
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := createSchema(ctx, db); err != nil {
		return fmt.Errorf("identity/pgstore: create schema: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("identity/pgstore: %w", err)
	}
	store, err := database.NewStore(database.DialectPostgres, versionTable)
	if err != nil {
		return fmt.Errorf("identity/pgstore: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return fmt.Errorf("identity/pgstore: %w", err)
	}
	provider, err := goose.NewProvider("", db, files,
		goose.WithStore(store), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("identity/pgstore: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("identity/pgstore: migrate: %w", err)
	}
	return nil
}

// createSchema holds a lock, because CREATE SCHEMA IF NOT EXISTS fails when two do it at the same moment.
func createSchema(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{
		"SELECT pg_advisory_xact_lock(hashtextextended('chesna schema identity', 0))",
		"CREATE SCHEMA IF NOT EXISTS identity",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}
