package redisinv_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/redisinv"
)

// slotState is one slot in the sequential specification: which of its seats are free, and who holds which.
type slotState struct {
	free    uint16
	holders [linearClients]int8 // seat + 1
}

type slotInput struct {
	kind string // hold, release, publish
	who  int
	seat int // publish
}

type slotOutput struct {
	seat int // hold: the seat, or -1
	code booking.Code
}

const (
	linearClients = 8
	linearSeats   = 9
)

// slotModel says what one seat after the other means: the lowest free seat, the same again, never one back.
func slotModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return slotState{} },
		Step: func(state, input, output any) (bool, any) {
			s, in, out := state.(slotState), input.(slotInput), output.(slotOutput)
			switch in.kind {
			case "publish":
				s.free |= 1 << in.seat
				return out.code == "", s
			case "release":
				s.holders[in.who] = 0
				return out.code == "", s
			}
			if has := int(s.holders[in.who]) - 1; has >= 0 {
				return out.code == "" && out.seat == has, s
			}
			for seat := range linearSeats {
				if s.free>>seat&1 == 1 {
					s.free &^= 1 << seat
					s.holders[in.who] = int8(seat + 1)
					return out.code == "" && out.seat == seat, s
				}
			}
			return out.code == booking.CodeSoldOut, s
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}

// TestHoldsAreLinearizable lets clients of three processes hold, release and publish one slot's seats at once: all
// that they saw fits one order of single steps.
func TestHoldsAreLinearizable(t *testing.T) {
	e := servers.RedisEngine(t)
	var processes []*redisinv.Inventory
	for range 3 {
		processes = append(processes, start(t, redisinv.Deps{Client: e.Client, GateLife: noGate}))
	}
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	for round := range rounds {
		post := booking.ConsulateID(fmt.Sprintf("lin%d", round))
		if err := processes[0].Rebuild(t.Context(), post, booking.Snapshot{Epoch: "1"}, nil); err != nil {
			t.Fatal(err)
		}
		history := linearRound(t, processes, post)
		result, _ := porcupine.CheckOperationsVerbose(slotModel(), history, 20*time.Second)
		if result != porcupine.Ok {
			t.Fatalf("round %d: %s\n%v", round, result, history)
		}
		bookCheck(t, processes[0], post)
	}
}

func linearRound(t *testing.T, processes []*redisinv.Inventory, post booking.ConsulateID) []porcupine.Operation {
	slot := time.Now().Add(72 * time.Hour).UTC().Truncate(time.Hour)
	var mu sync.Mutex
	var history []porcupine.Operation
	var wg sync.WaitGroup
	began := time.Now()
	for client := range linearClients {
		wg.Go(func() {
			c := &linearClient{t: t, who: client, me: uuid.New(), post: post, slot: slot}
			for step := range 12 {
				inv := processes[rand.IntN(len(processes))]
				call := time.Since(began)
				in, out := c.step(inv, step)
				op := porcupine.Operation{ClientId: client, Input: in, Call: int64(call), Output: out, Return: int64(time.Since(began))}
				mu.Lock()
				history = append(history, op)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return history
}

// linearClient is one applicant with her own steps; the first two also publish.
type linearClient struct {
	t    *testing.T
	who  int
	me   uuid.UUID
	post booking.ConsulateID
	slot time.Time
	held booking.HoldID
}

func (c *linearClient) step(inv *redisinv.Inventory, step int) (slotInput, slotOutput) {
	if c.who < 2 && step%2 == 0 {
		seat := (step/2*2 + c.who) % linearSeats // each seat once, by one client
		if step/2*2+c.who < linearSeats {
			err := inv.Publish(c.t.Context(), c.post, []booking.Seat{numberedSeat(c.post, c.slot, seat)})
			return slotInput{kind: "publish", seat: seat}, slotOutput{code: codeOf(c.t, err)}
		}
	}
	if c.held != "" && rand.IntN(3) == 0 {
		err := inv.Release(c.t.Context(), c.held)
		c.held = ""
		return slotInput{kind: "release", who: c.who}, slotOutput{code: codeOf(c.t, err)}
	}
	h, err := inv.Hold(c.t.Context(), request(c.post, c.me, c.slot, c.slot))
	out := slotOutput{seat: -1, code: codeOf(c.t, err)}
	if err == nil {
		c.held = h.ID
		_, _ = fmt.Sscanf(string(h.Seat), string(c.post)+"-c%d-", &out.seat)
	}
	return slotInput{kind: "hold", who: c.who}, out
}

func codeOf(t *testing.T, err error) booking.Code {
	code := booking.CodeOf(err)
	if err != nil && code == "" {
		t.Error(err)
	}
	return code
}
