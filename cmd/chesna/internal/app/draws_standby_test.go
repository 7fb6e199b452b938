package app

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// loseAndStandBy: three people want one seat. Who wins declines, so it is drawn again among the other two, and who wins
// that gives it back, so that the last one gets it, without doing anything for it.
func loseAndStandBy(t *testing.T, d demo) {
	const service = "notary-copy"
	s := d.publish(t, "gdn", "notary", 3, span{"mon", "14:00", "14:20"})
	waiting := []*visitor{d.visitor(t, "iryna"), d.visitor(t, "andrii"), d.visitor(t, "oksana")}
	for _, v := range waiting {
		v.call("PUT", "/person/country", map[string]any{"country": "PL"}).want(200, "")
	}
	open := s.taking(s.draw)
	receipts := map[string]string{}
	for _, v := range waiting {
		got := v.enter(s.draw, map[string]any{"windows": open.numbers(), "service": service, "cannot": true})
		receipts[v.name] = got.text("receipt")
	}
	if done := s.drawn(s.draw); done.Entries != 3 || done.Served != 1 || done.Leftover != 0 {
		t.Fatalf("drawn: %+v", done)
	}
	winner, waiting := s.split(s.draw, waiting)
	s.bundleHolds(s.draw, receipts[winner.name])
	if c := winner.card(s.draw); !c.Served || c.Place != 0 {
		t.Errorf("the winner's card: %+v", c)
	}
	places := []int{}
	for _, v := range waiting {
		c := v.card(s.draw)
		places = append(places, c.Place)
		if c.Served || c.Entries != 3 || c.Seats != 1 || c.ServedEntries != 1 || c.Weight != 1 || c.WeightNext != 2 || c.Basis == "" {
			t.Errorf("%s's card: %+v", v.name, c)
		}
		v.holdAt(s.post, service).want(409, "live-entry")
	}
	if slices.Sort(places); !slices.Equal(places, []int{1, 2}) {
		t.Errorf("places %v", places)
	}

	o := winner.won(s.draw)
	winner.call("POST", "/offers/"+o.ID+"/decline", nil).want(200, "")
	winner.call("POST", "/offers/"+o.ID+"/sign", map[string]any{"signature": winner.sign(o.Document, true)}).want(410, "offer-ended")
	s1 := s.taking(s.standby(1))
	if s1.Kind != "standby" || s1.Parent != s.draw || s1.Seats != 1 {
		t.Errorf("the first standby draw: %+v", s1)
	}
	for _, v := range waiting {
		if e := v.entry(s.draw); e.State != "live" || !slices.Equal(e.Standby, []string{s1.ID}) {
			t.Errorf("%s's entry: %+v", v.name, e)
		}
		if c := v.card(s.draw); c.Standby != s1.ID {
			t.Errorf("%s's card: %+v", v.name, c)
		}
	}
	refused := winner.call("PUT", "/draws/"+s1.ID+"/entry", map[string]any{"windows": s1.numbers(), "service": service, "cannot": true})
	if refused.status == 409 && refused.member("document") != nil { // the ledger knows it last
		refused = winner.signed("PUT", "/draws/"+s1.ID+"/entry", map[string]any{"windows": s1.numbers(), "service": service, "cannot": true})
	}
	refused.want(409, "returned-seat")
	if done := s.drawn(s1.ID); done.Entries != 2 || done.Served != 1 {
		t.Errorf("the first standby draw: %+v", done)
	}
	second, waiting := s.split(s1.ID, waiting)
	s.bundleHolds(s1.ID, receipts[second.name])
	last := waiting[0]
	if c := last.card(s1.ID); c.Entries != 2 || c.Place != 1 || c.WeightNext != 2 {
		t.Errorf("%s's second card: %+v", last.name, c)
	}

	booked := second.take(second.won(s1.ID))
	second.call("POST", "/appointments/"+booked[0].ID+"/cancel", nil).want(200, "")
	if done := s.drawn(s.standby(2)); done.Entries != 1 || done.Served != 1 {
		t.Errorf("the second standby draw: %+v", done)
	}
	if len(winner.offers(s.standby(2)))+len(second.offers(s.standby(2))) != 0 {
		t.Error("a seat came back to who gave it away")
	}
	last.take(last.won(s.standby(2)))
	if e := last.entry(s.draw); e.State != "served" || e.ServedIn != s.standby(2) {
		t.Errorf("the last one's entry: %+v", e)
	}
}

// split finds the one who was offered a seat in a draw.
func (s stage) split(draw string, in []*visitor) (winner *visitor, others []*visitor) {
	s.Helper()
	for _, v := range in {
		switch n := len(v.offers(draw)); {
		case n == 1 && winner == nil:
			winner = v
		case n == 0:
			others = append(others, v)
		default:
			s.Fatalf("%s has %d offers", v.name, n)
		}
	}
	if winner == nil {
		s.Fatal("nobody was offered the seat")
	}
	return winner, others
}

// familyOfThree: two families of three want four seats that follow one another.
func familyOfThree(t *testing.T, d demo) {
	const service = "civil-record"
	s := d.publish(t, "ber", "civil", 3, span{"tue", "14:00", "16:00"})
	families := []*visitor{d.visitor(t, "mariia"), d.visitor(t, "mykola")}
	open := s.taking(s.draw)
	for i, v := range families {
		member := func(name string) map[string]any {
			return map[string]any{"service": service, "applicant": map[string]any{
				"relation": "child", "surname": "Маленька", "givenName": name, "birthDate": "2021-02-03", "birthCertificate": fmt.Sprintf("I-БК 1234%02d", 10*i+len(name)),
			}}
		}
		wish := map[string]any{"windows": open.numbers(), "cannot": true, "members": []any{
			map[string]any{"service": service}, member("Яринка"), member("Марко"),
		}}
		v.enter(s.draw, wish)
		if e := v.entry(s.draw); e.Size != 3 {
			t.Errorf("the entry: %+v", e)
		}
	}
	if done := s.drawn(s.draw); done.Entries != 2 || done.Served != 1 || done.Leftover != 1 {
		t.Fatalf("drawn: %+v", done)
	}
	winner, others := s.split(s.draw, families)
	o := winner.won(s.draw)
	if len(o.Seats) != 3 {
		t.Fatalf("the offer: %+v", o)
	}
	slices.SortFunc(o.Seats, func(a, b offeredSeat) int { return a.Start.Compare(b.Start) })
	for i, seat := range o.Seats[1:] {
		if before := o.Seats[i]; !seat.Start.Equal(before.Start.Add(time.Duration(before.Minutes) * time.Minute)) {
			t.Errorf("seats that do not adjoin: %+v", o.Seats)
		}
	}
	if booked := winner.take(o); len(booked) != 3 {
		t.Errorf("booked: %+v", booked)
	}
	if e := others[0].entry(s.draw); e.State != "live" {
		t.Errorf("the other family's entry: %+v", e)
	}
	if c := others[0].card(s.draw); c.Place != 1 || c.Served {
		t.Errorf("the other family's card: %+v", c)
	}
	s.opens(d.visitor(t, "roman"), service)
}

// unsignedOffer lets the time of an offer pass.
func unsignedOffer(t *testing.T, d demo) {
	const service = "civil-marriage"
	s := d.publish(t, "prg", "civil", 3, span{"tue", "14:00", "14:30"})
	lesia := d.visitor(t, "lesia")
	lesia.enter(s.draw, map[string]any{"windows": s.taking(s.draw).numbers(), "service": service, "cannot": true})
	s.drawn(s.draw)
	o := lesia.won(s.draw)
	_, err := d.app.parts.pool.Exec(t.Context(), `UPDATE booking.offers SET until = clock_timestamp() WHERE id = $1`, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the offer ends", func() bool { return lesia.offers(s.draw)[0].State == "expired" })
	lesia.call("POST", "/offers/"+o.ID+"/sign", map[string]any{"signature": lesia.sign(o.Document, true)}).want(410, "offer-ended")
	s.reaches(s.draw, "finished")
	if done := s.drawn(s.standby(1)); done.Seats != 1 || done.Entries != 0 || done.Leftover != 1 {
		t.Errorf("the standby draw: %+v", done)
	}
	s.opens(lesia, service)
}
