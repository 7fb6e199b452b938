package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"chesna/configs"
)

// Options say what to run.
type Options struct {
	Config *configs.Config
	Logger *slog.Logger
	// Demo brings its own servers and an invented world, kept in DataDir.
	Demo    bool
	DataDir string
	Version string

	seams seams
}

func (o Options) validate() error {
	switch {
	case o.Config == nil || o.Logger == nil:
		return errors.New("app: configuration and logger are needed")
	case o.Demo && o.DataDir == "":
		return errors.New("app: the demo needs a data folder")
	}
	return nil
}

// App is a running Chesna.
type App struct {
	options Options
	logger  *slog.Logger
	origin  string
	address string // where it listens
	stops   []stop
	failed  chan error
	stopped bool

	parts parts
}

// stop ends one part; parts stop in the opposite order of their start.
type stop struct {
	name string
	do   func(context.Context) error
}

// Start opens, builds and serves everything, in the order of the package comment. On an error everything that
// was started is stopped again.
func Start(ctx context.Context, o Options) (*App, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	a := &App{options: o, logger: o.Logger, failed: make(chan error, 4)}
	if err := a.start(ctx); err != nil {
		cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		return nil, errors.Join(err, a.Stop(cleanup))
	}
	return a, nil
}

func (a *App) start(ctx context.Context) error {
	c := a.options.Config
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Server.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	a.onStop("listener", func(context.Context) error {
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	a.address, a.origin = listener.Addr().String(), c.Server.PublicURL
	if a.origin == "" {
		a.origin = "http://" + a.address
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"open the stores", a.openStores},
		{"load the trust", a.openTrust},
		{"build identity", a.buildIdentity},
		{"open the release", a.openRelease},
		{"build booking", a.buildBooking},
		{"build the lottery", a.buildLottery},
		{"furnish the demo", a.furnishDemo},
		{"fill the inventory", a.fillInventory},
		{"start the jobs", a.startJobs},
		{"publish the logs", a.startLogs},
		{"start the openings", a.startOpenings},
		{"serve the trust service", a.serveTrust},
		{"serve", func(ctx context.Context) error { return a.serve(ctx, listener) }},
		{"tell the address", a.tellAddress},
		{"publish the later weeks", a.seedLater},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// URL is the address people see.
func (a *App) URL() string { return a.origin }

// Run waits until the context ends or a part fails, and then stops everything.
func (a *App) Run(ctx context.Context) error {
	var failure error
	select {
	case <-ctx.Done():
		a.logger.Info("stopping")
	case failure = <-a.failed:
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.options.Config.Server.ShutdownTimeout.D()+10*time.Second)
	defer cancel()
	return errors.Join(failure, a.Stop(limit))
}

// Stop ends all parts, the last started first. Stopping twice is no error.
func (a *App) Stop(ctx context.Context) error {
	if a.stopped {
		return nil
	}
	a.stopped = true
	var errs []error
	for i := len(a.stops) - 1; i >= 0; i-- {
		if err := a.stops[i].do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", a.stops[i].name, err))
		}
	}
	return errors.Join(errs...)
}

func (a *App) onStop(name string, do func(context.Context) error) {
	a.stops = append(a.stops, stop{name, do})
}

// background runs a loop until the app stops.
func (a *App) background(name string, loop func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		loop(ctx)
	}()
	a.onStop(name, func(ctx context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// fail tells Run that a part has ended by itself.
func (a *App) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}
