// Command chesna is the whole service: server, demo, migrations and tools in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is stamped at build time.
var version = "dev"

// cli is the command line; each command has a file of its own.
type cli struct {
	Serve   serveCommand   `cmd:"" help:"Run the service against your PostgreSQL and Redis."`
	Demo    demoCommand    `cmd:"" help:"Run everything on this machine with an invented world: nothing to set up."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to this version. Safe to repeat."`
	Doctor  doctorCommand  `cmd:"" help:"Look at what the service needs and say what is missing."`
	Config  configCommand  `cmd:"" help:"Check or show the configuration."`
	Staff   staffCommand   `cmd:"" help:"The register of officers and other staff."`
	Draw    drawCommand    `cmd:"" help:"Draw lots that anyone can check."`
	Journal journalCommand `cmd:"" help:"Check the public logs."`
	Witness witnessCommand `cmd:"" help:"Cosign the public logs for others to trust."`
	QES     qesCommand     `cmd:"" name:"qes" help:"Work with qualified electronic signatures."`

	Version kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	parser := kong.Must(&cli{}, kong.Name("chesna"), kong.Description("Appointments at consulates, for people."),
		kong.UsageOnError(), kong.Vars{"version": version}, kong.BindTo(ctx, (*context.Context)(nil)))
	command, err := parser.Parse(args)
	if err != nil {
		parser.Errorf("%s", err)
		return 2
	}
	var status exitCode
	switch err := command.Run(); {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	default:
		fmt.Fprintln(os.Stderr, "chesna:", err)
		return 1
	}
}
