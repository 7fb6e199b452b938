package child_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chesna/booking/bookingtest/servers/child"
)

// helperMode turns this test binary into a parent with one child, see TestChildEndsWithAKilledParent.
const helperMode = "CHESNA_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(helperMode) != "" {
		os.Exit(helper())
	}
	goleak.VerifyTestMain(m)
}

func helper() int {
	p, err := child.Start(child.Spec{Path: "/bin/sleep", Args: []string{"300"}, DeathSignal: syscall.SIGTERM})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for range 100 { // threads come and go; the child must not go with one of them
		done := make(chan struct{})
		go func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
			close(done)
		}()
		<-done
	}
	select {
	case <-p.Done():
		fmt.Println("the child ended with a thread:", p.Err())
		return 1
	case <-time.After(100 * time.Millisecond):
	}
	fmt.Println(p.PID())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return 0
}

func TestChildEndsWithAKilledParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no death signal on " + runtime.GOOS)
	}
	parent := exec.Command(os.Args[0], "-test.run=^$")
	parent.Env = append(os.Environ(), helperMode+"=1")
	if _, err := parent.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the parent says %q", line)
	}
	if !running(pid) {
		t.Fatal("the child does not run")
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	deadline := time.After(10 * time.Second)
	for running(pid) {
		select {
		case <-deadline:
			t.Fatal("the child outlives its parent")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// running is false for a process that has ended and only waits to be collected: that one has no program any more.
func running(pid int) bool {
	_, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil
}

func TestStopGoesFromSoftToHard(t *testing.T) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	// It says when its trap is set, then ignores the first signal and ends itself on the second.
	script := `trap '' INT; trap 'exit 7' TERM; echo set; while :; do sleep 0.01; done`
	p, err := child.Start(child.Spec{Path: "/bin/sh", Args: []string{"-c", script}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	for text := ""; text != "set\n"; {
		b, err := os.ReadFile(log.Name())
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	if err := p.Stop(context.Background(), 300*time.Millisecond, syscall.SIGINT, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if p.Err() == nil || p.Err().Error() != "exit status 7" {
		t.Errorf("it ended with %v", p.Err())
	}
	if err := p.Kill(); err != nil {
		t.Errorf("killing an ended child: %v", err)
	}
}

func TestAnEndedContextDoesNotWait(t *testing.T) {
	p, err := child.Start(child.Spec{Path: "/bin/sleep", Args: []string{"300"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	start := time.Now()
	if err := p.Stop(ctx, time.Hour, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if time.Since(start) > time.Minute {
		t.Error("it waited")
	}
}

func TestStartTellsWhatIsMissing(t *testing.T) {
	if _, err := child.Start(child.Spec{Path: "/nonexistent/server"}); err == nil || !strings.Contains(err.Error(), "/nonexistent/server") {
		t.Fatalf("got %v", err)
	}
}
