package redisinv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"chesna/booking"
)

// Picture is all that Redis knows of one post at one moment, except that the applicants' signs are read
// right after it. It is for checks and diagnosis, not for decisions.
type Picture struct {
	Consulate booking.ConsulateID
	Epoch     string // "" when it is missing
	// Free, Held and Ended are the seats by place: free by group; by live hold; by ended hold.
	Free  map[booking.GroupID][]booking.SeatID
	Held  map[booking.HoldID]booking.Hold
	Ended map[booking.HoldID]booking.EndedHold
	// Live are the holds of Held whose time is not over by the shard's clock.
	Live map[booking.HoldID]bool
	// Faults are broken invariants, each a sentence.
	Faults []string
}

// Inspect reads a post as a whole and checks its invariants. Its cost grows with the post.
func (inv *Inventory) Inspect(ctx context.Context, c booking.ConsulateID) (Picture, error) {
	raw, err := inv.readRaw(ctx, c)
	if err != nil {
		return Picture{}, err
	}
	p := &Picture{
		Consulate: c, Epoch: raw.epoch, Free: map[booking.GroupID][]booking.SeatID{},
		Held: map[booking.HoldID]booking.Hold{}, Ended: map[booking.HoldID]booking.EndedHold{},
		Live: map[booking.HoldID]bool{},
	}
	places := p.placesOfHolds(raw)
	p.checkSeats(raw, places)
	if err := inv.checkSigns(ctx, p); err != nil {
		return Picture{}, err
	}
	slices.Sort(p.Faults)
	return *p, nil
}

// raw is what the keys of a post hold.
type raw struct {
	epoch                       string
	seats, holds                map[string]string
	expiries, confirming, ended map[string]float64
	free                        map[booking.GroupID]map[string]float64
}

func (inv *Inventory) readRaw(ctx context.Context, c booking.ConsulateID) (raw, error) {
	names, err := inv.client.HGetAll(ctx, seatsKey(c)).Result()
	if err != nil {
		return raw{}, judge("inspect", err)
	}
	groups := map[booking.GroupID]bool{}
	for _, value := range names {
		groups[seatGroup(value)] = true
	}
	pipe := inv.client.TxPipeline()
	epoch, seats, holds := pipe.Get(ctx, epochKey(c)), pipe.HGetAll(ctx, seatsKey(c)), pipe.HGetAll(ctx, holdsKey(c))
	sets := map[string]*redis.ZSliceCmd{}
	for _, key := range []string{expiriesKey(c), confirmingKey(c), endedKey(c)} {
		sets[key] = pipe.ZRangeWithScores(ctx, key, 0, -1)
	}
	free := map[booking.GroupID]*redis.ZSliceCmd{}
	for g := range groups {
		free[g] = pipe.ZRangeWithScores(ctx, freeKey(c, g), 0, -1)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return raw{}, judge("inspect", err)
	}
	out := raw{
		epoch: epoch.Val(), seats: seats.Val(), holds: holds.Val(), expiries: scores(sets[expiriesKey(c)]),
		confirming: scores(sets[confirmingKey(c)]), ended: scores(sets[endedKey(c)]),
		free: map[booking.GroupID]map[string]float64{},
	}
	for g, cmd := range free {
		out.free[g] = scores(cmd)
	}
	return out, nil
}

func scores(cmd *redis.ZSliceCmd) map[string]float64 {
	out := map[string]float64{}
	for _, z := range cmd.Val() {
		out[fmt.Sprint(z.Member)] = z.Score
	}
	return out
}

func (p *Picture) fault(format string, args ...any) {
	p.Faults = append(p.Faults, fmt.Sprintf(format, args...))
}

// placesOfHolds checks that each hold is in the one set of its state, and returns the seats of holds.
func (p *Picture) placesOfHolds(r raw) map[string]string {
	places := map[string]string{} // seat → place
	for id, value := range r.holds {
		rec, err := parseRecord(booking.HoldID(id), value)
		if err != nil {
			p.fault("hold %s is unreadable: %v", id, err)
			continue
		}
		place, wants := "E", "ended"
		switch rec.state {
		case stateHeld:
			place, wants = "S", "expiries"
			if at := r.expiries[id]; int64(at) != rec.hold.ExpiresAt.UnixMilli() {
				p.fault("hold %s expires at %d but is kept at %.0f", id, rec.hold.ExpiresAt.UnixMilli(), at)
			}
		case statePinned:
			place, wants = "S", "confirming"
		}
		in := map[string]bool{}
		for name, set := range map[string]map[string]float64{"expiries": r.expiries, "confirming": r.confirming, "ended": r.ended} {
			if _, ok := set[id]; ok {
				in[name] = true
			}
		}
		if len(in) != 1 || !in[wants] {
			p.fault("hold %s of state %s is in %v", id, rec.state, in)
		}
		if other, ok := places[string(rec.hold.Seat)]; ok {
			p.fault("seat %s is in two holds (%s)", rec.hold.Seat, other)
		}
		places[string(rec.hold.Seat)] = place
		if place == "E" {
			p.Ended[rec.hold.ID] = rec.ended()
		} else {
			p.Held[rec.hold.ID] = rec.hold
		}
	}
	for name, set := range map[string]map[string]float64{"expiries": r.expiries, "confirming": r.confirming, "ended": r.ended} {
		for id := range set {
			if _, ok := r.holds[id]; !ok {
				p.fault("%s names hold %s, which has no record", name, id)
			}
		}
	}
	return places
}

// checkSeats checks that each seat is in exactly one place and counts are right.
func (p *Picture) checkSeats(r raw, places map[string]string) {
	for g, set := range r.free {
		for seat, start := range set {
			value, ok := r.seats[seat]
			f := strings.Split(value, "|")
			switch {
			case !ok:
				p.fault("free seat %s of %s is unknown", seat, g)
			case len(f) != 4 || f[0] != "S" || f[1] != string(g) || f[2] != strconv.FormatInt(int64(start), 10):
				p.fault("free seat %s of %s is %q", seat, g, value)
			case places[seat] != "":
				p.fault("seat %s is free and in a hold", seat)
			}
			p.Free[g] = append(p.Free[g], booking.SeatID(seat))
		}
		slices.Sort(p.Free[g])
	}
	for seat, place := range places {
		if value, ok := r.seats[seat]; !ok {
			p.fault("seat %s of a hold is unknown", seat)
		} else if value[:1] != place {
			p.fault("seat %s of a hold is %q, not %s", seat, value, place)
		}
	}
	for seat, value := range r.seats {
		_, free := r.free[seatGroup(value)][seat]
		if !free && places[seat] == "" {
			p.fault("seat %s (%s) is nowhere", seat, value)
		}
	}
}

// checkSigns checks that the sign of each live hold's applicant names that hold, or her appointment (a hold
// whose settling is under way), and that no applicant has two live holds in a group.
func (inv *Inventory) checkSigns(ctx context.Context, p *Picture) error {
	if len(p.Held) == 0 {
		return nil
	}
	now, err := inv.clock.Now(ctx, p.Consulate)
	if err != nil {
		return judge("clock", err)
	}
	pipe := inv.client.Pipeline()
	signs := map[booking.HoldID]*redis.StringCmd{}
	seen := map[holderKey]booking.HoldID{}
	for id, h := range p.Held {
		if h.State == booking.HoldHeld && !h.ExpiresAt.After(now) {
			continue // over, waits for the sweep
		}
		p.Live[id] = true
		signs[id] = pipe.Get(ctx, personKey(h.Applicant, h.Group))
		key := holderKey{h.Applicant, h.Group}
		if other, ok := seen[key]; ok {
			p.fault("holds %s and %s are of one applicant and group", other, id)
		}
		seen[key] = id
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return judge("inspect", err)
	}
	for id, cmd := range signs {
		value := cmd.Val()
		kind, of, _ := strings.Cut(value, " ")
		own := of == token(id, p.Held[id].Person) && strings.Contains("cuh", kind) // a claim: its caller died before signing
		if !own && !strings.HasPrefix(value, appointmentPrefix) {
			p.fault("the sign of hold %s names another: %.2q…", id, value)
		}
	}
	return nil
}
