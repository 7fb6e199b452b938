package servers

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"chesna/booking/bookingtest/servers/pgcluster"
)

// folderPrefix marks the temporary folders of this package, so that the next run can find those of a killed one.
const folderPrefix = "chesna-test-"

// shared is the one PostgreSQL of this test binary. A test binary has no other place to keep what its tests share.
var shared sharedPostgres

type sharedPostgres struct {
	mu        sync.Mutex
	cluster   *pgcluster.Cluster
	folder    *folder
	err       error // of the first start: the others fail with the same line at once
	templates map[uintptr]*template
	count     int
}

// Main runs the tests and then stops the shared PostgreSQL. Call it from TestMain and return; it does not exit by itself.
// Without it the server ends with the test binary all the same, but a leak checker would see it and its folder stays until the next run.
func Main(m *testing.M) (code int) {
	code = m.Run()
	if err := Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the shared PostgreSQL:", err)
	}
	return code
}

// Stop ends the shared PostgreSQL, for a TestMain that has more to do after it (such as looking for leaked goroutines).
func Stop() error { return shared.stop() }

func (s *sharedPostgres) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cluster == nil {
		return nil
	}
	err := s.cluster.Close(context.Background())
	s.folder.remove()
	s.cluster, s.folder, s.templates = nil, nil, nil
	return err
}

// start is called with s.mu held.
func (s *sharedPostgres) start() error {
	if s.cluster != nil || s.err != nil {
		return s.err
	}
	removeStaleFolders()
	if s.folder, s.err = newFolder(); s.err != nil {
		return s.err
	}
	s.templates = map[uintptr]*template{}
	if s.cluster, s.err = startCluster(s.folder.path); s.err != nil {
		s.folder.remove()
	}
	return s.err
}

// startCluster makes and starts a throw-away cluster in the folder.
func startCluster(home string) (*pgcluster.Cluster, error) {
	binaries, err := pgcluster.FindBinaries()
	if err != nil {
		return nil, err
	}
	cluster, err := pgcluster.New(pgcluster.Config{Home: home, Binaries: binaries, Volatile: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if err := cluster.Start(context.Background()); err != nil {
		return nil, err
	}
	return cluster, nil
}

// folder is a temporary folder that carries a lock for as long as its maker lives.
type folder struct {
	path string
	lock *os.File
}

// Folder returns a fresh folder for a test that starts a server or a whole demo in it, removed after the test. Take it instead of t.TempDir, whose
// parent is 0700: run as root, PostgreSQL's account could not enter that one, and its data would be put elsewhere and stay there.
func Folder(t testing.TB) string {
	t.Helper()
	f, err := newFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.remove)
	return f.path
}

// newFolder is not t.TempDir: that one is 0700 and PostgreSQL's account could not enter it when the tests run as root.
func newFolder() (*folder, error) {
	path, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a folder for test servers: %w", err)
	}
	if err := os.Chmod(path, 0o755); err != nil { // the server's account has to pass; its data are 0700
		return nil, fmt.Errorf("open the folder for test servers: %w", err)
	}
	unlocked := filepath.Join(path, "owner.new") // gets its final name once locked: until then it must not look abandoned
	lock, err := os.OpenFile(unlocked, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("mark the folder for test servers: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("lock the folder for test servers: %w", err)
	}
	if err := os.Rename(unlocked, filepath.Join(path, "owner")); err != nil {
		return nil, fmt.Errorf("mark the folder for test servers: %w", err)
	}
	return &folder{path: path, lock: lock}, nil
}

func (f *folder) remove() {
	_ = os.RemoveAll(f.path)
	_ = f.lock.Close()
}

// removeStaleFolders removes what killed runs left: folders whose lock nobody holds.
func removeStaleFolders() {
	paths, err := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*", "owner"))
	if err != nil {
		return
	}
	for _, path := range paths {
		lock, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			removeWithLinks(filepath.Dir(path))
		}
		_ = lock.Close()
	}
}

// removeWithLinks also removes the socket folder and the data that a cluster of ours noted as being elsewhere.
func removeWithLinks(home string) {
	if note, err := os.ReadFile(filepath.Join(home, "sockets")); err == nil && ours(string(note)) {
		_ = os.RemoveAll(string(note))
	}
	if target, err := os.Readlink(filepath.Join(home, "data")); err == nil && ours(target) {
		_ = os.RemoveAll(target)
	}
	_ = os.RemoveAll(home)
}

// ours guards removal outside the folder itself: only what pgcluster names so.
func ours(path string) bool {
	ok, err := filepath.Match("chesna-*", filepath.Base(path))
	return err == nil && ok && filepath.IsAbs(path)
}
