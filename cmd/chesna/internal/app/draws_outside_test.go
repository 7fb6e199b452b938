package app

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chesna/booking/journal"
	"chesna/booking/journal/monitor"
)

// checkFromOutside does what anybody can: recomputes both logs from their tiles, and copies every draw with the log and
// verifies them as one history.
func checkFromOutside(t *testing.T, d demo) {
	t.Helper()
	policy := d.app.parts.policy
	for _, name := range []string{journal.NameJournal, journal.NameDraws} {
		source, err := monitor.Open(d.app.URL()+"/"+name, http.DefaultClient)
		if err != nil {
			t.Fatal(err)
		}
		report, err := monitor.Verify(t.Context(), source, monitor.Options{Policy: &policy, Log: name})
		if err != nil {
			t.Fatal(err)
		}
		if !report.OK() || report.Checkpoint.Size == 0 {
			t.Errorf("log %s: %+v", name, report)
		}
	}
	program, dir := chesna(t, d), filepath.Join(t.TempDir(), "draws")
	if out, err := exec.CommandContext(t.Context(), program, "draw", "fetch", d.app.URL(), dir).CombinedOutput(); err != nil {
		t.Fatalf("draw fetch: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), program, "draw", "verify", "--history", dir).CombinedOutput()
	if code := exitStatus(err); code != 3 || strings.Count(string(out), "\n") < 10 {
		t.Errorf("draw verify --history: %v\n%s", err, out)
	}
}

func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // it is not wrapped
		return exit.ExitCode()
	}
	return -1
}
