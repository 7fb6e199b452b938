package main

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
)

// logSite is the invented log of one script, served over HTTP.
type logSite struct {
	store *journaltest.Memory
	log   *journal.Log
	size  int
}

func newLogSite(witnesses ...journal.Cosigner) (*logSite, error) {
	signer, verifier, _, err := journaltest.NewLogKey(journaltest.Origin, 0)
	if err != nil {
		return nil, err
	}
	s := &logSite{store: journaltest.NewMemory()}
	s.log, err = journal.New(journal.LogDeps{
		Name: journal.NameDraws, Origin: journaltest.Origin, Signer: signer, Verifier: verifier, Store: s.store, Witnesses: witnesses,
		Published: &journaltest.Publishing{}, Logger: slog.New(slog.DiscardHandler), K: len(witnesses),
	})
	return s, err
}

// extend adds n leaves and publishes.
func (s *logSite) extend(ctx context.Context, n int) (journal.Signed, error) {
	s.store.Queue(s.log.Name(), journaltest.Draws(s.size, n)...)
	s.size += n
	if _, err := s.log.Sequence(ctx); err != nil {
		return journal.Signed{}, err
	}
	return s.log.Publish(ctx)
}

// TestLogCommands runs testdata/journal. Beside chesna the scripts have: serve N (begins the log LOG_URL with N leaves), extend N (adds
// leaves), flip FILE BYTE (changes a bit), start-witness ARG… (chesna witness; WITNESS_URL, WITNESS_KEY), cosign N (a log of N leaves,
// each published, is cosigned by it).
func TestLogCommands(t *testing.T) {
	_, verifier, key := journaltest.LogKey(t, journaltest.Origin, 0)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/journal", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			s, err := newLogSite()
			if err != nil {
				return err
			}
			server := httptest.NewServer(http.StripPrefix("/draws", s.log.Handler()))
			e.Defer(func() {
				server.Close()
				_ = s.log.Stop(context.Background())
			})
			e.Values["log"] = s
			e.Vars = append(e.Vars, "LOG_URL="+server.URL+"/draws", "LOG_KEY="+key, "LOG_NAME="+verifier.Name())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"extend": func(ts *testscript.TestScript, _ bool, args []string) {
				n, err := strconv.Atoi(args[0])
				ts.Check(err)
				_, err = ts.Value("log").(*logSite).extend(context.Background(), n)
				ts.Check(err)
			},
			"flip":          flip,
			"start-witness": startWitness,
			"cosign":        cosign,
		},
	})
}

func flip(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	i, err := strconv.Atoi(args[1])
	ts.Check(err)
	b[i] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}

func startWitness(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("chesna", append([]string{"witness", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			ts.Logf("the witness ended: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for _, name := range []string{"WITNESS_KEY", "WITNESS_URL"} {
		if !lines.Scan() {
			ts.Fatalf("the witness says no %s", name)
		}
		ts.Setenv(name, lines.Text())
	}
}

func cosign(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	w, err := journal.NewWitnessClient(journal.WitnessClientDeps{URL: ts.Getenv("WITNESS_URL"), Key: ts.Getenv("WITNESS_KEY"), HTTP: &http.Client{}})
	ts.Check(err)
	s, err := newLogSite(w)
	ts.Check(err)
	defer func() { _ = s.log.Stop(context.Background()) }()
	for range n {
		signed, err := s.extend(context.Background(), 1)
		ts.Check(err)
		if signed.Cosigned != 1 {
			ts.Check(errors.New("not cosigned"))
		}
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs("."), "cosigned"), signed.Note, 0o600))
	}
	if note, err := w.Latest(context.Background(), journaltest.Origin); err != nil || !strings.Contains(string(note), "\n"+args[0]+"\n") {
		ts.Fatalf("the witness remembers %s (%v)", note, err)
	}
}
