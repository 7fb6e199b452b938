package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
)

// childVariable carries the order of a child process of these tests.
const childVariable = "CHESNA_TEST_CHILD"

// childOrder is what a child has to do: book, and die by SIGKILL at a step.
type childOrder struct {
	Demo   string // instead: run the demo in this folder
	Crowd  bool   // instead: many people book until it is killed
	Stores stores
	Now    time.Time
	Post   booking.ConsulateID
	Person string
	DieAt  string
}

// told is what the child's citizen has learnt, a line of its output.
type told struct {
	Hold        booking.HoldID
	Signature   []byte
	Appointment uuid.UUID
}

func runChild(text string) int {
	var order childOrder
	err := json.Unmarshal([]byte(text), &order)
	switch {
	case err != nil:
	case order.Demo != "":
		err = demoChild(order.Demo)
	case order.Crowd:
		err = crowdAndLive(order)
	default:
		err = bookAndDie(order)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func bookAndDie(order childOrder) error {
	ctx := context.Background()
	a, err := openParts(ctx, order.Stores, &testClock{now: order.Now}, func(step string) {
		if step == order.DieAt {
			die()
		}
	})
	if err != nil {
		return err
	}
	z, err := newCitizen(ctx, a, order.Stores.Trust, order.Person)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	out := json.NewEncoder(os.Stdout)
	err = z.book(ctx, a, order.Post, func(z *citizen) {
		_ = out.Encode(told{z.Hold, z.Signature, z.Appointment})
	})
	if err != nil {
		return err
	}
	die()
	return nil
}

// die is kill -9 of this process; nothing runs after it.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// inChild lets another process book for the case's person and die at the step. It returns what she was told.
func (k *crash) inChild(dieAt string) told {
	k.Helper()
	order, err := json.Marshal(childOrder{Stores: k.stores, Now: k.clock.Time(), Post: k.post, Person: k.person, DieAt: dieAt})
	if err != nil {
		k.Fatal(err)
	}
	cmd := exec.CommandContext(k.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(order))
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
		k.Fatalf("the child did not die at %q: %v %s", dieAt, err, complaints.String())
	}
	var last told
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			k.Fatalf("what the child said: %v in %s", err, lines.Text())
		}
	}
	return last
}

// TestProcessIsKilled kills a process that serves a booking, at each step between hold and settle. The next one
// works over the same stores: nobody's appointment is lost, no seat is given twice, and none leaks beyond the
// hold's time and one sweep, whether the citizen comes back with her signature or not.
func TestProcessIsKilled(t *testing.T) {
	t.Parallel()
	s, _ := databaseAndRedis(t, servers.WithAppendOnly())
	n := 0
	for _, comesBack := range []bool{false, true} {
		for _, step := range append(steps(), "after the answer") {
			name := map[bool]string{false: "goes away", true: "comes back"}[comesBack]
			post := n
			n++
			t.Run(name+"/"+strings.ReplaceAll(step, " ", "-"), func(t *testing.T) {
				k := newCrash(t, s, post)
				known := k.inChild(step)
				a := mustOpen(t, s, k.clock, nil)
				k.check(a)
				if comesBack {
					k.comesBack(a, known)
				} else {
					k.goesAway(a, known, step)
				}
			})
		}
	}
}

// goesAway lets the time of the hold pass after a crash.
func (k *crash) goesAway(a *App, known told, step string) {
	k.Helper()
	if (known.Appointment != uuid.Nil) != (step == "after the answer") {
		k.Errorf("died %s; the citizen was told of appointment %s", step, known.Appointment)
	}
	k.pastAllHolds(a)
	k.tick(a)
	k.check(a)
	if known.Appointment != uuid.Nil {
		if got, err := a.parts.ledger.Appointment(k.Context(), known.Appointment); err != nil || got.State != booking.AppointmentBooked {
			k.Errorf("the appointment she was told of: %s, %v", got.State, err)
		}
	}
	want := map[booking.SeatState]int{booking.SeatOpen: seatsOfPost - 1, booking.SeatReturned: 1}
	switch step {
	case "before hold":
		want = map[booking.SeatState]int{booking.SeatOpen: seatsOfPost}
	case "after ledger", "before settle", "after settle", "after the answer":
		want = map[booking.SeatState]int{booking.SeatOpen: seatsOfPost - 1, booking.SeatBooked: 1}
	}
	k.want(k.seats(a), want)
}

// comesBack sends the same signature again, or begins anew where there is none yet, and ends with one appointment.
func (k *crash) comesBack(a *App, known told) {
	k.Helper()
	z, err := newCitizen(k.Context(), a, k.stores.Trust, k.person)
	if err != nil {
		k.Fatal(err)
	}
	z.Hold, z.Signature = known.Hold, known.Signature
	k.endsWithOne(a, z, known.Appointment, false)
}

// endsWithOne has the citizen insist, lets time pass, and wants one booked seat and no other trace.
func (k *crash) endsWithOne(a *App, z *citizen, promised uuid.UUID, mayBeNew bool) {
	k.Helper()
	first := z.Hold
	again, err := z.insist(k.Context(), a, k.post)
	if err != nil {
		k.Fatalf("she insists: %v", err)
	}
	if again && first != "" && !mayBeNew {
		k.Errorf("her hold %s was lost: she got %s", first, z.Hold)
	}
	if promised != uuid.Nil && z.Appointment != promised {
		k.Errorf("she was told of %s and now of %s", promised, z.Appointment)
	}
	k.pastAllHolds(a)
	k.tick(a)
	k.check(a)
	k.want(k.seats(a), map[booking.SeatState]int{booking.SeatOpen: seatsOfPost - 1, booking.SeatBooked: 1})
	list, err := a.parts.office.Appointments(k.Context(), z.session)
	if err != nil || len(list) != 1 || list[0].ID != z.Appointment {
		k.Errorf("her appointments: %d, %v", len(list), err)
	}
}

func (k *crash) want(got, want map[booking.SeatState]int) {
	k.Helper()
	for _, state := range []booking.SeatState{booking.SeatOpen, booking.SeatReturned, booking.SeatBooked} {
		if got[state] != want[state] {
			k.Errorf("seats by place %v, want %v", got, want)
			return
		}
	}
}
