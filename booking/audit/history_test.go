package audit_test

import (
	"os"
	"path/filepath"
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

// season plays weeks of honest draws.
func season(t testing.TB, o audittest.Options, weeks int) *audittest.Season {
	t.Helper()
	s := audittest.NewSeason(world(t, o), 40)
	for i := range weeks {
		must(t, s.Week(i+1))
	}
	return s
}

// history writes the bundles of all draws that were published, and the log.
func history(t testing.TB, w *audittest.World, bundles []*audit.Bundle, withLog bool) string {
	t.Helper()
	dir := t.TempDir()
	for i, b := range bundles {
		if i%2 == 0 {
			must(t, audittest.Write(filepath.Join(dir, b.Name), b))
			continue
		}
		packed, err := audittest.Zip(b)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, b.Name+".zip"), packed, 0o600))
	}
	if withLog {
		must(t, w.WriteLog(filepath.Join(dir, "log")))
	}
	return dir
}

func bundles(s *audittest.Season) (out []*audit.Bundle) {
	for _, o := range s.Draws {
		out = append(out, o.Bundle())
	}
	return out
}

// honest says what is wrong with a history that nothing is wrong with.
func honest(t testing.TB, dir string, w *audittest.World) {
	t.Helper()
	honestBut(t, dir, w, false)
}

// honestBut may say that the history is not independent.
func honestBut(t testing.TB, dir string, w *audittest.World, dependent bool) {
	t.Helper()
	r, err := audit.VerifyHistory(dir, audit.Options{Policy: &w.Policy})
	must(t, err)
	if r.Verdict() == audit.Holds || dependent && r.Verdict() == audit.Dependent {
		return
	}
	for _, b := range r.Bundles {
		for _, c := range b.Faults {
			t.Errorf("%s: %v", b.Name, c)
		}
	}
	for _, c := range r.Checks {
		if c.State == audit.Failed || c.State == audit.NotIndependent {
			t.Errorf("%v", c)
		}
	}
}

func TestHonestHistory(t *testing.T) {
	s := season(t, audittest.Options{Seed: 7, Stamper: stamper()}, 12)
	honest(t, history(t, s.World, bundles(s), true), s.World)
	honest(t, history(t, s.World, bundles(s), false), s.World)
}
