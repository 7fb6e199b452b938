package app

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"chesna/booking/journal"
	"chesna/configs"
)

// TestDrawWithoutWitness: nobody cosigns the close, so the draw is made void and repeated with the same files, and then
// it stands. Afterwards a database from before is put in the place of the newer one: nothing starts on it, because going
// on would give the log a second history.
func TestDrawWithoutWitness(t *testing.T) {
	t.Parallel()
	var away atomic.Bool
	d := demo{data: dataFolder(t)}
	release := quickDraws()
	seconds := func(n int) configs.Duration { return configs.Duration(n * 1_000_000_000) }
	release.Notice, release.Entry, release.Round, release.Fallback = seconds(8), seconds(8), seconds(20), seconds(24)
	with := seams{witness: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if away.Load() {
				http.Error(w, "away", http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	}}
	d.app = startDraws(t, d.data, &notebook{}, release, with)
	s := d.publish(t, "lub", "notary", 3, span{"mon", "14:00", "15:00"})
	olena := d.visitor(t, "olena")
	open := s.taking(s.draw)
	log := d.app.parts.logs[journal.NameDraws]
	until(t, "the announcement is cosigned", func() bool {
		_, _, ok, err := log.Prove(t.Context(), 0, 1)
		return ok && err == nil
	})
	away.Store(true)
	receipt := olena.enter(s.draw, map[string]any{"windows": open.numbers(), "service": "notary-copy", "cannot": true}).text("receipt")
	closed := s.reaches(s.draw, "closed")
	until(t, "the attempt is void", func() bool { return s.look(s.draw).Attempt == 1 })
	away.Store(false)
	done := s.drawn(s.draw)
	if done.Attempt != 1 || done.Entries != 1 || done.Served != 1 || !done.Closes.Equal(closed.Closes) || !done.RoundTime.After(closed.RoundTime) {
		t.Errorf("closed %+v, drawn %+v", closed, done)
	}
	olena.take(olena.won(s.draw))
	s.bundleHolds(s.draw, receipt)
	restoreOlder(t, d, release)
}

// restoreOlder copies the database, goes on, and puts the copy back.
func restoreOlder(t *testing.T, d demo, release configs.Release) {
	t.Helper()
	shell := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	data := filepath.Join(d.data, "pg", "data")
	copied := data + ".older"
	stopApp(t, d.app)
	shell("cp", "-a", data, copied)

	d.app = startDraws(t, d.data, &notebook{}, release, seams{})
	s := d.publish(t, "gdn", "notary", 3, span{"mon", "14:00", "15:00"})
	open := s.taking(s.draw)
	until(t, "another announcement is published", func() bool {
		_, _, ok, err := d.app.parts.logs[journal.NameDraws].Prove(t.Context(), 4, 1) // after announcement, close, void and result of the first draw
		return ok && err == nil
	})
	stopApp(t, d.app)
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	shell("mv", copied, data)
	a, err := tryDraws(t, d.data, &notebook{}, release, seams{})
	if err == nil {
		stopApp(t, a)
		t.Fatalf("it goes on after %s was announced and forgotten", open.ID)
	}
	if journal.CodeOf(err) != journal.CodeBehind && !strings.Contains(err.Error(), string(journal.CodeBehind)) {
		t.Errorf("refused with: %v", err)
	}
}
