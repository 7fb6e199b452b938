package readmetest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// guard is set for the commands, so that the suite inside the clone does not clone again.
const guard = "CHESNA_README_CLONE"

func TestREADMECommandsInAFreshClone(t *testing.T) {
	if os.Getenv(guard) != "" {
		t.Skip("inside a clone of this test")
	}
	if os.Getenv("CHESNA_README_TEST") == "" {
		t.Skip("takes as long as the whole suite: make test-readme")
	}
	clone := freshClone(t)
	commands := shellBlocks(t, filepath.Join(clone, "README.md"))
	for _, want := range []string{"make run", "make test", "docs/examples/book-with-openssl.sh"} {
		if !slices.Contains(commands, want) {
			t.Fatalf("the README does not say %q but %q", want, commands)
		}
	}
	stop := startDemo(t, clone, "make run")
	for _, c := range commands {
		if c != "make run" && c != "make test" {
			t.Logf("%s:\n%s", c, shell(t, clone, c))
		}
	}
	stop()
	out := shell(t, clone, "make test")
	if bytes.Contains(out, []byte("FAIL")) || !bytes.Contains(out, []byte("ok  \tchesna/booking")) {
		t.Errorf("make test did not end green:\n%s", tail(out))
	}
}

// freshClone clones what is committed into an empty folder that an unprivileged server can reach.
func freshClone(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		t.Fatalf("find the repository: %v", err)
	}
	dir, err := os.MkdirTemp("", "chesna-clone-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	clone := filepath.Join(dir, "chesna")
	out, err := exec.Command("git", "clone", "--quiet", strings.TrimSpace(string(root)), clone).CombinedOutput()
	if err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	return clone
}

var block = regexp.MustCompile("(?s)```sh\n(.*?)```")

// shellBlocks lists the lines of the README's shell blocks.
func shellBlocks(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, b := range block.FindAllSubmatch(text, -1) {
		for line := range strings.Lines(string(b[1])) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func environment() []string { return append(os.Environ(), guard+"=1", "PORT=0") }

func shell(t *testing.T, dir, command string) []byte {
	t.Helper()
	cmd := exec.Command("bash", "-c", command)
	cmd.Dir, cmd.Env = dir, environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, tail(out))
	}
	return out
}

func tail(b []byte) []byte { return b[max(0, len(b)-6000):] }

// startDemo runs the command in the background until its address answers; the result stops it.
func startDemo(t *testing.T, dir, command string) (stop func()) {
	t.Helper()
	var log bytes.Buffer
	cmd := exec.Command("bash", "-c", "exec "+command)
	cmd.Dir, cmd.Env = dir, environment()
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		<-ended
	}
	t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	if err := await(ctx, filepath.Join(dir, "var", "demo", "url"), ended); err != nil {
		stop()
		t.Fatalf("%s: %v\n%s", command, err, tail(log.Bytes()))
	}
	return stop
}

// await polls an outside process, which has no other way to tell that it is ready.
func await(ctx context.Context, urlFile string, ended <-chan error) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return err
		case <-tick.C:
			if url, err := os.ReadFile(urlFile); err == nil && ready(ctx, strings.TrimSpace(string(url))) {
				return nil
			}
		}
	}
}

func ready(ctx context.Context, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode == http.StatusOK
}
