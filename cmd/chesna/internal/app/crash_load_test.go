package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity/devqtsp"
)

// crowdSize is how many people book at once in the child of TestProcessIsKilledUnderLoad, crowdSeats how many
// seats there are: enough for everybody more than once.
const crowdSize, crowdSeats = 12, 40

// crowdAndLive is the child: everybody books at once, and says what he was told; nobody goes on for ever.
func crowdAndLive(order childOrder) error {
	ctx := context.Background()
	a, err := openParts(ctx, order.Stores, &testClock{now: order.Now}, nil)
	if err != nil {
		return err
	}
	var crowd []*citizen
	for _, p := range devqtsp.DefaultPeople()[:crowdSize] {
		z, err := newCitizen(ctx, a, order.Stores.Trust, p.Name)
		if err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		crowd = append(crowd, z)
	}
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	var all sync.WaitGroup
	for _, z := range crowd {
		all.Go(func() {
			for z.book(ctx, a, order.Post, tell(out, &mu)) == nil { // and let go of it, so that the crowd goes on
				if _, err := a.parts.office.Cancel(ctx, z.session, z.Appointment); err != nil {
					return
				}
			}
		})
	}
	all.Wait()
	tell(out, &mu)(&citizen{}) // nobody goes on: the last moment to be killed
	select {}
}

func tell(out *json.Encoder, mu *sync.Mutex) func(*citizen) {
	return func(z *citizen) {
		mu.Lock()
		defer mu.Unlock()
		_ = out.Encode(told{z.Hold, z.Signature, z.Appointment})
	}
}

// TestProcessIsKilledUnderLoad kills a process in the middle of many bookings and cancellations, wherever they
// are, several times. What anybody was told holds, and every seat is in one place afterwards.
func TestProcessIsKilledUnderLoad(t *testing.T) {
	t.Parallel()
	for _, words := range []int{8, 30, 60} {
		t.Run(strconv.Itoa(words), func(t *testing.T) {
			s, _ := databaseAndRedis(t, servers.WithAppendOnly())
			k := newCrashOf(t, s, 0, crowdSeats)
			promised := k.crowd(words)
			a := mustOpen(t, s, k.clock, nil)
			// Not checked before the holds are over: one whose process died between seat and sign has no sign.
			k.pastAllHolds(a)
			k.tick(a)
			k.check(a)
			k.seats(a)
			for _, id := range promised {
				if _, err := a.parts.ledger.Appointment(t.Context(), id); err != nil {
					t.Errorf("an appointment that somebody was told of: %v", err)
				}
			}
			t.Logf("%d appointments told", len(promised))
		})
	}
}

// crowd lets a child book for everybody and kills it after so many words of it. It returns the appointments told.
func (k *crash) crowd(words int) []uuid.UUID {
	k.Helper()
	order, err := json.Marshal(childOrder{Crowd: true, Stores: k.stores, Now: k.clock.Time(), Post: k.post})
	if err != nil {
		k.Fatal(err)
	}
	cmd := exec.CommandContext(k.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(order))
	out, err := cmd.StdoutPipe()
	if err != nil {
		k.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		k.Fatal(err)
	}
	var promised []uuid.UUID
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		var w told
		if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
			continue // cut off in the middle
		}
		if n == words || w.Hold == "" {
			_ = cmd.Process.Kill()
		}
		if w.Appointment != uuid.Nil {
			promised = append(promised, w.Appointment)
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
		k.Fatalf("the child was not killed: %v", err)
	}
	return promised
}
