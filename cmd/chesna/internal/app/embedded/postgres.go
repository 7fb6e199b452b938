package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"chesna/booking/bookingtest/servers/pgcluster"
)

const (
	// database is the one the program works in.
	database = "chesna"
	// maintenance is the one every cluster has from the start.
	maintenance = "postgres"
)

// ErrPostgresMissing says that PostgreSQL is not installed; its text names the remedy.
var ErrPostgresMissing = pgcluster.ErrNoBinaries

// PostgresDeps is what NewPostgres needs.
type PostgresDeps struct {
	// Dir is the cluster's folder (the demo's is var/pg); made when missing. Required.
	Dir string
	// Logger tells the unusual: an old server stopped, data put elsewhere. Required.
	Logger *slog.Logger
}

// Postgres is a private PostgreSQL server, a child of this process.
type Postgres struct {
	cluster *pgcluster.Cluster
}

// NewPostgres finds the installed binaries and checks deps; nothing is started. It fails with [ErrPostgresMissing] when there are no binaries.
func NewPostgres(deps PostgresDeps) (*Postgres, error) {
	if deps.Logger == nil || deps.Dir == "" {
		return nil, errors.New("embedded: PostgresDeps.Dir and Logger are required")
	}
	home, err := filepath.Abs(deps.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the folder of the embedded PostgreSQL: %w", err)
	}
	binaries, err := pgcluster.FindBinaries()
	if err != nil {
		return nil, err
	}
	cluster, err := pgcluster.New(pgcluster.Config{Home: home, Binaries: binaries, Password: true, Logger: deps.Logger})
	if err != nil {
		return nil, err
	}
	return &Postgres{cluster: cluster}, nil
}

// Start makes the cluster and its database when they are missing, starts the server and returns when it takes connections; about a second the
// first time, a tenth of it later. Another living process on the same folder is an error ([pgcluster.ErrInUse]); a dead one's server is stopped first.
func (p *Postgres) Start(ctx context.Context) error {
	if err := p.cluster.Start(ctx); err != nil {
		return fmt.Errorf("start the embedded PostgreSQL: %w", err)
	}
	if err := p.makeDatabase(ctx); err != nil {
		return errors.Join(fmt.Errorf("prepare the embedded PostgreSQL: %w", err), p.Stop(ctx))
	}
	return nil
}

func (p *Postgres) makeDatabase(ctx context.Context) (err error) {
	conn, err := pgx.Connect(ctx, p.cluster.DSN(maintenance))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&exists); err != nil {
		return err
	}
	if exists {
		return nil
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize())
	return err
}

// Stop ends the server cleanly and frees the folder for the next one; an ended ctx makes it end at once. Stopping a stopped server does nothing.
func (p *Postgres) Stop(ctx context.Context) error {
	if err := p.cluster.Close(ctx); err != nil {
		return fmt.Errorf("stop the embedded PostgreSQL: %w", err)
	}
	return nil
}

// Done is closed when the running server ends for whatever reason; without a server it is nil. A program whose ledger is gone should stop.
func (p *Postgres) Done() <-chan struct{} { return p.cluster.Done() }

// PID is the number of the server's main process, zero when it does not run.
func (p *Postgres) PID() int { return p.cluster.PID() }

// DSN is the database's address over the unix socket, valid from Start to Stop. It holds the password: do not log it.
func (p *Postgres) DSN() string { return p.cluster.DSN(database) }

// LoopbackDSN is the same over 127.0.0.1, for tools that know no sockets. It holds the password: do not log it.
func (p *Postgres) LoopbackDSN() string { return p.cluster.LoopbackDSN(database) }
