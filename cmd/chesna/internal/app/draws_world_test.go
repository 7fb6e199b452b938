package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"chesna/configs"
)

// drawPatience bounds every wait for a draw: a busy machine can void an attempt, which costs another.
const drawPatience = 4 * time.Minute

// quickDraws are draws that take seconds.
func quickDraws() configs.Release {
	s := func(n int) configs.Duration { return configs.Duration(time.Duration(n) * time.Second) }
	return configs.Release{
		Notice: s(12), Entry: s(12), StandbyEntry: s(6), StandbyEvery: s(6), Lead: configs.Duration(2160 * time.Hour),
		Deadline: s(4), Round: s(9), Fallback: s(24), Offer: s(600), OpenWithin: s(5), Pause: s(600),
		LateCancel: configs.Duration(14 * 24 * time.Hour), MaxChanges: 2, Quota: configs.Quota{Online: 100}, // the tests count seats
	}
}

// startDraws starts a demo without any week: each test publishes what it needs. There are no holidays, so that the
// weeks are the same whenever the tests run.
func startDraws(t *testing.T, dir string, log io.Writer, release configs.Release, with seams) *App {
	t.Helper()
	a, err := tryDraws(t, dir, log, release, with)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopApp(t, a) })
	return a
}

func tryDraws(t *testing.T, dir string, log io.Writer, release configs.Release, with seams) (*App, error) {
	t.Helper()
	c, err := configs.Load(configs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c = c.ForDemo()
	c.Server.Addr, c.Demo.Weeks, c.Release, c.Holidays = "127.0.0.1:0", 0, release, nil
	for i := range c.Consulates {
		c.Consulates[i].Holidays = nil
	}
	for class, l := range c.Limits.Edge { // all the tests come from one address
		l.Requests *= 20
		c.Limits.Edge[class] = l
	}
	logger := slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return Start(t.Context(), Options{Config: c, Logger: logger, Demo: true, DataDir: dir, seams: with})
}

// until looks a few times a second until the condition holds: many tests wait at once.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), drawPatience)
	defer cancel()
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not in time: %s", what)
		case <-look.C:
		}
	}
}

// span is when a counter gives seats by draw: on one weekday, in local time.
type span struct{ weekday, from, to string }

// stage is a published week of one post and group: the spans are given by draw, every morning is open to all.
type stage struct {
	*testing.T
	d                 demo
	post, group, week string
	draw              string // the family's main draw
}

// publish lets an officer publish a week, so many weeks ahead, where nothing was published.
func (d demo) publish(t *testing.T, post, group string, ahead int, spans ...span) stage {
	t.Helper()
	year, number := time.Now().UTC().AddDate(0, 0, 7*ahead).ISOWeek()
	s := stage{t, d, post, group, isoWeek(year, number), fmt.Sprintf("%s-%s-%04dw%02d", post, group, year, number)}
	var openings []map[string]any
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		openings = append(openings, map[string]any{"weekday": day, "from": "09:00", "to": "13:00", "group": group, "pool": "open"})
	}
	for _, x := range spans {
		openings = append(openings, map[string]any{"weekday": x.weekday, "from": x.from, "to": x.to, "group": group, "pool": "draw"})
	}
	plan := map[string]any{"counters": []any{map[string]any{"id": "c1", "openings": openings}}}
	d.visitor(t, "officer-waw").call("PUT", "/consulates/"+post+"/weeks/"+s.week, plan, "If-Match", `"0"`).want(200, "")
	return s
}

// drawState is a draw as everybody sees it.
type drawState struct {
	ID, State                        string
	Open                             bool
	Attempt, Seats, Entries, Served  int
	Leftover                         int
	Windows                          []struct{ Number, Seats int }
	Offers                           struct{ Open, Signed, Declined, Expired, Withheld int }
	Closes, Deadline, RoundTime      time.Time
	Kind, Parent, Predecessor, Group string
}

func (d drawState) numbers() []int {
	var out []int
	for _, w := range d.Windows {
		out = append(out, w.Number)
	}
	return out
}

// look reads a draw; its State is empty while it is not announced.
func (s stage) look(id string) drawState {
	s.Helper()
	var out drawState
	got := stranger(s.T, s.d.app.URL()).call("GET", "/draws/"+id, nil)
	if got.status == 404 {
		return out
	}
	got.want(200, "").into(&out)
	return out
}

// taking waits until a draw takes entries.
func (s stage) taking(id string) drawState {
	s.Helper()
	var out drawState
	until(s.T, id+" takes entries", func() bool { out = s.look(id); return out.Open })
	return out
}

// drawn waits until a draw is drawn.
func (s stage) drawn(id string) drawState {
	s.Helper()
	return s.reaches(id, "drawn", "finished")
}

func (s stage) reaches(id string, states ...string) drawState {
	s.Helper()
	var out drawState
	until(s.T, fmt.Sprintf("%s is %v", id, states), func() bool {
		out = s.look(id)
		if out.State == "cancelled" && !slices.Contains(states, out.State) {
			s.Fatalf("%s was cancelled", id)
		}
		return slices.Contains(states, out.State)
	})
	return out
}

// standby names the family's n-th standby draw.
func (s stage) standby(n int) string { return fmt.Sprintf("%s-s%d", s.draw, n) }

// opens waits until a seat of the afternoon, when all seats are given by draw, is open to all.
func (s stage) opens(me *visitor, service string) {
	s.Helper()
	until(s.T, "what the draw left over opens", func() bool {
		for _, w := range me.windows(s.post, service) {
			for _, slot := range w.Slots {
				if isoWeek(slot.Start.ISOWeek()) == s.week && s.local(slot.Start).Hour() >= 13 {
					return true
				}
			}
		}
		return false
	})
}

// local is a moment by the clocks of the post.
func (s stage) local(t time.Time) time.Time {
	s.Helper()
	p, ok := s.d.app.options.Config.Consulate(s.post)
	if !ok {
		s.Fatalf("no post %s", s.post)
	}
	return t.In(p.Location)
}

// enter asks, signs exactly the text of the answer, and enters.
func (v *visitor) enter(id string, wish map[string]any) answer {
	v.Helper()
	return v.signed("PUT", "/draws/"+id+"/entry", wish).want(200, "")
}

// signed sends a request, signs the text that it is answered with, and sends it again.
func (v *visitor) signed(method, path string, wish map[string]any) answer {
	v.Helper()
	text := v.call(method, path, wish).want(409, "signature-needed").document()
	again := maps.Clone(wish)
	again["signature"] = v.sign(text, true)
	return v.call(method, path, again)
}

type offeredSeat struct {
	Start      time.Time
	Minutes    int
	ForAnother bool
}

// offer is one of the visitor's offers.
type offer struct {
	ID, Draw, State, Reschedules string
	Document                     []byte
	Seats                        []offeredSeat
	Appointments                 []string
}

// offers lists what the visitor was offered in a draw.
func (v *visitor) offers(draw string) []offer {
	v.Helper()
	var out struct{ Items []offer }
	v.call("GET", "/offers", nil).want(200, "").into(&out)
	return slices.DeleteFunc(out.Items, func(o offer) bool { return o.Draw != draw })
}

// won is the visitor's one offer in a draw.
func (v *visitor) won(draw string) offer {
	v.Helper()
	got := v.offers(draw)
	if len(got) != 1 || got[0].State != "open" {
		v.Fatalf("%s in %s: %+v", v.name, draw, got)
	}
	return got[0]
}

// appointment is one of the visitor's appointments.
type appointment struct {
	ID, State, Reference string
	Start                time.Time
}

// take signs an offer.
func (v *visitor) take(o offer) []appointment {
	v.Helper()
	return v.takeBy(o, v.sign(o.Document, true))
}

func (v *visitor) takeBy(o offer, signature []byte) []appointment {
	v.Helper()
	var out struct {
		Offer        struct{ State string }
		Appointments []appointment
	}
	v.call("POST", "/offers/"+o.ID+"/sign", map[string]any{"signature": signature}).want(200, "").into(&out)
	if out.Offer.State != "signed" || len(out.Appointments) != len(o.Seats) {
		v.Fatalf("signed: %+v", out)
	}
	return out.Appointments
}

// entryState is the visitor's entry in a draw.
type entryState struct {
	State, Line, Receipt, ServedIn string
	Rev, Size, Weight              int
	Windows                        []int
	Standby                        []string
}

func (v *visitor) entry(draw string) entryState {
	v.Helper()
	var out entryState
	v.call("GET", "/draws/"+draw+"/entry", nil).want(200, "").into(&out)
	return out
}

// card is what a visitor learns of a draw that she lost.
type card struct {
	Entries, Seats, ServedEntries, Place, Weight, WeightNext, Target int
	Served, Known                                                    bool
	Chance                                                           float64
	Basis, Standby                                                   string
}

func (v *visitor) card(draw string) card {
	v.Helper()
	var out card
	v.call("GET", "/draws/"+draw+"/card", nil).want(200, "").into(&out)
	return out
}
