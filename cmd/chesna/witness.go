package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	sumdb "golang.org/x/mod/sumdb/note"

	"chesna/booking/journal"
	"chesna/booking/journal/witness"
)

type witnessCommand struct {
	Dir    string   `required:"" help:"Folder of its key and memory; made if it is not there. Never share or restore it." type:"path" placeholder:"DIR"`
	Addr   string   `help:"Listen here." default:"127.0.0.1:8090" placeholder:"HOST:PORT"`
	Log    []string `required:"" help:"Verifier key of a log to watch; may be repeated." sep:"none" placeholder:"VKEY"`
	Name   string   `help:"The witness's name, taken when its key is made: best an address of its own without https://." placeholder:"NAME"`
	Mirror string   `help:"Where the operator serves /draws: hold the files of each draw, and cosign no close without them." placeholder:"URL"`
}

// Help is shown by chesna witness --help.
func (witnessCommand) Help() string {
	return "Cosigns a log's checkpoints as long as each extends the one before (C2SP tlog-witness). Run it in another house than\n" +
		"the log's: the more independent the witnesses, the less anybody has to be believed. Prints its verifier key and address.\n\n" +
		"Example:\n  chesna witness --dir /var/lib/witness --name witness.court.example --log 'chesna.example/draws+…' --mirror https://chesna.example"
}

// Run cosigns until a signal comes.
func (c witnessCommand) Run(ctx context.Context) (err error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := c.open(logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return err
	}
	fmt.Printf("%s\nhttp://%s\n", s.Key(), l.Addr())
	server := &http.Server{
		Handler: s.Handler(), ReadTimeout: 30 * time.Second, WriteTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return server.Shutdown(stopping)
	}
}

func (c witnessCommand) open(logger *slog.Logger) (*witness.Server, error) {
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return nil, err
	}
	var logs []sumdb.Verifier
	for _, key := range c.Log {
		v, err := journal.NewVerifier(key)
		if err != nil {
			return nil, fmt.Errorf("--log: %w", err)
		}
		logs = append(logs, v)
	}
	key, err := witness.LoadKey(c.Dir, c.Name, rand.Reader, time.Now)
	if err != nil {
		return nil, err
	}
	return witness.Open(witness.Deps{Dir: c.Dir, Key: key, Logs: logs, Logger: logger, Mirror: c.Mirror, HTTP: outsideClient()})
}
