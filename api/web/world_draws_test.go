package web_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/api/web"
	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/identity"
)

// lottery is waves in memory: the rules that pages show, without a ledger, logs or proofs.
type lottery struct {
	mu      sync.Mutex
	w       *world
	waves   []wave.Wave
	entries []wave.Entry
	offers  []wave.Offer
	cards   map[wave.ID]wave.Card
	refuse  error // what every entering answers
	paused  time.Time
	broken  error // what every look at offers answers
}

func release() wave.Policy {
	return wave.Policy{
		Notice: 72 * time.Hour, Entry: 48 * time.Hour, StandbyEntry: 24 * time.Hour, StandbyEvery: 24 * time.Hour, Lead: 14 * 24 * time.Hour,
		Delays: draw.Delays{Deadline: 300, Round: 600, Fallback: 86400}, Offer: 72 * time.Hour, OpenWithin: 24 * time.Hour, Pause: 14 * 24 * time.Hour,
		LateCancel: 48 * time.Hour, MaxChanges: 2, Witnesses: 2, Online: 100,
	}
}

// newLottery has, for the post in Kraków, a draw that is open and one that opens later, one that waits and one that is
// drawn, and, for Warsaw, one of returned seats.
func newLottery(w *world) *lottery {
	l := &lottery{w: w, cards: map[wave.ID]wave.Card{}}
	add := func(id wave.ID, post booking.ConsulateID, week string, opens, closes time.Duration, s wave.State, change ...func(*wave.Wave)) {
		loc := zone("Europe/Warsaw")
		at := func(d, h int) time.Time { return time.Date(2026, 12, d, h, 0, 0, 0, loc) }
		one := wave.Wave{
			ID: id, Family: id, Kind: wave.KindMain, Consulate: post, Group: "passport", Pool: booking.PoolDraw, ISOWeek: week, State: s,
			Announced: w.now.Add(opens - 24*time.Hour), Opens: w.now.Add(opens), Closes: w.now.Add(closes), Seats: 24, Round: 30_000_000,
			Beacon: draw.BeaconInfo{ID: "quicknet", Period: 3, Genesis: 1692803367}, Delays: draw.Delays{Deadline: 300, Round: 600, Fallback: 86400},
			Guarantee: draw.GuaranteeInfo{T: 3, Rho: "1.2500", GiveUp: "0.1000", Entries: 4, Draws: 1}, Entries: 57,
			Windows: []wave.Window{
				{Number: 0, LastHalf: 0, Label: "2026-12-07 am", From: at(7, 9), To: at(7, 12), Seats: 8},
				{Number: 1, LastHalf: 1, Label: "2026-12-07 pm", From: at(7, 14), To: at(7, 17), Seats: 6},
				{Number: 2, LastHalf: 2, Label: "2026-12-08 am", From: at(8, 9), To: at(8, 12), Seats: 6},
				{Number: 3, LastHalf: 4, Label: "2026-12-08 pm – 2026-12-09 am", From: at(8, 16), To: at(9, 9), Seats: 4},
			},
		}
		if s == wave.StateDrawn {
			one.Served, one.Drawn, one.OfferUntil = 20, w.now.Add(-2*time.Hour), w.now.Add(70*time.Hour)
			one.Offers = wave.OfferCounts{Open: 15, Signed: 3, Declined: 1, Expired: 1}
		}
		for _, f := range change {
			f(&one)
		}
		l.waves = append(l.waves, one)
	}
	const day = 24 * time.Hour
	add("krk-passport-2026w50", "krk", "2026-W50", -day, day, wave.StateAnnounced)
	add("krk-passport-2026w51", "krk", "2026-W51", 5*day, 7*day, wave.StateAnnounced, func(w *wave.Wave) { w.Entries = 0 })
	add("krk-passport-2026w49", "krk", "2026-W49", -4*day, -time.Minute, wave.StateClosed)
	add("krk-passport-2026w48", "krk", "2026-W48", -8*day, -6*day, wave.StateDrawn, func(w *wave.Wave) { w.Beacon.Development = true })
	add("waw-passport-2026w50-s1", "waw", "2026-W50", -time.Hour, 20*time.Hour, wave.StateAnnounced, func(w *wave.Wave) {
		w.Kind, w.Family, w.Windows, w.Seats, w.Entries = wave.KindStandby, "waw-passport-2026w50", w.Windows[:2], 3, 1
	})
	return l
}

// withDraws gives pages the draws of the world.
func withDraws(l *lottery) func(*web.Deps) {
	return func(d *web.Deps) { d.Draws, d.Release = l, release() }
}

// served opens a site with draws.
func serveDraws(t *testing.T, demo bool) (*world, *lottery, *visitor) {
	t.Helper()
	w := newWorld(monday)
	w.settle("olena", "PL")
	l := newLottery(w)
	return w, l, visit(t, serve(t, w, demo, withDraws(l)))
}

func (l *lottery) Draws(_ context.Context, f wave.Filter) ([]wave.Wave, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := slices.DeleteFunc(slices.Clone(l.waves), func(w wave.Wave) bool {
		return f.Consulate != "" && f.Consulate != w.Consulate || f.Group != "" && f.Group != w.Group ||
			len(f.States) > 0 && !slices.Contains(f.States, w.State) || !f.Before.IsZero() && !w.Closes.Before(f.Before)
	})
	slices.SortFunc(out, func(a, b wave.Wave) int { return b.Closes.Compare(a.Closes) })
	return out[:min(len(out), f.Limit)], nil
}

func (l *lottery) wave(id wave.ID) (*wave.Wave, error) {
	for i := range l.waves {
		if l.waves[i].ID == id {
			return &l.waves[i], nil
		}
	}
	return nil, booking.Refuse(booking.CodeDrawAbsent, "")
}

func (l *lottery) Draw(_ context.Context, id wave.ID) (wave.Wave, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, err := l.wave(id)
	if err != nil {
		return wave.Wave{}, err
	}
	return *w, nil
}

func pointed(c booking.Code, pointer, code string) error {
	return &booking.Error{Code: c, Fields: []booking.FieldError{{Pointer: pointer, Code: code, Detail: "said in English"}}}
}

// compose judges a request and writes its text.
func (l *lottery) compose(ctx context.Context, s identity.Session, w *wave.Wave, rev int, r wave.EntryRequest) (wave.Entry, string, error) {
	e := wave.Entry{Wave: w.ID, Declarer: s.Person, Rev: rev, State: wave.EntryLive, W: 2, Reschedules: r.Reschedules, CountsLoss: len(r.Windows) >= 3 || r.Cannot}
	var names []string
	for _, n := range r.Windows {
		i := slices.IndexFunc(w.Windows, func(win wave.Window) bool { return win.Number == n })
		if i < 0 {
			return e, "", pointed(booking.CodeInvalid, "/windows/0", "unknown")
		}
		e.Windows |= w.Windows[i].Bit()
	}
	if len(r.Windows) == 0 {
		return e, "", pointed(booking.CodeInvalid, "/windows", "required")
	}
	if len(r.Members) == 0 && r.Reschedules == uuid.Nil || len(r.Members) > wave.MaxSize {
		return e, "", pointed(booking.CodeInvalid, "/members", "required")
	}
	for i, m := range r.Members {
		who := s.Person
		svc, err := l.w.catalogue.Service(m.Service)
		if err != nil || svc.Group != w.Group {
			return e, "", pointed(booking.CodeUnknownService, fmt.Sprintf("/members/%d/service", i), "unknown")
		}
		name := "для себе"
		if m.Applicant != nil {
			if who, err = l.w.ResolveApplicant(ctx, s.Person, *m.Applicant); err != nil {
				return e, "", err
			}
			name = m.Applicant.Names.Full()
		}
		e.Members = append(e.Members, wave.Member{Applicant: who, Service: m.Service})
		names = append(names, name)
	}
	if r.Reschedules != uuid.Nil {
		a, err := l.w.Appointment(ctx, s, r.Reschedules)
		if err != nil {
			return e, "", err
		}
		e.W, e.CountsLoss = 1, false
		e.Members = []wave.Member{{Applicant: a.Applicant, Service: a.Service}}
	}
	sum := sha256.Sum256([]byte(string(w.ID) + s.Person.String()))
	e.NF = sum
	return e, fmt.Sprintf("ЧЕСНА — заявка на жеребкування\nЖеребкування: %s\nРедакція: %d\nПроміжки: %016x\nСлово: %t\nОсоби: %s\nЗамінює: %s\n", w.ID, rev, e.Windows, r.Cannot, strings.Join(names, ", "), r.Reschedules), nil
}

func (l *lottery) of(id wave.ID, person uuid.UUID) *wave.Entry {
	for i := range l.entries {
		if l.entries[i].Wave == id && l.entries[i].Declarer == person {
			return &l.entries[i]
		}
	}
	return nil
}

// signed checks a signature over a text.
func (l *lottery) signed(s identity.Session, signature []byte, document string) error {
	name, err := signer(signature, []byte(document))
	switch {
	case err != nil:
		return err
	case l.w.people[name].ID != s.Person:
		return &identity.Error{Code: identity.CodeSignerMismatch}
	}
	return nil
}

func toSign(document string) error {
	return &booking.Error{Code: booking.CodeSignatureNeeded, Document: []byte(document), Fields: []booking.FieldError{{Pointer: "/signature", Code: "required"}}}
}

func (l *lottery) Enter(ctx context.Context, s identity.Session, id wave.ID, r wave.EntryRequest) (wave.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, err := l.wave(id)
	if err := cmp.Or(l.refuse, err); err != nil {
		return wave.Receipt{}, err
	}
	now := l.w.Now()
	if w.State != wave.StateAnnounced || now.Before(w.Opens) || !now.Before(w.Closes) {
		return wave.Receipt{}, booking.Refuse(booking.CodeEntryClosed, "")
	}
	old, rev := l.of(id, s.Person), 1
	if old != nil {
		rev = old.Rev + 1
	}
	e, document, err := l.compose(ctx, s, w, rev, r)
	switch {
	case err != nil:
		return wave.Receipt{}, err
	case len(r.Signature) == 0:
		return wave.Receipt{}, toSign(document)
	}
	if old != nil && l.signed(s, r.Signature, string(old.Request)) == nil {
		return wave.Receipt{Entry: *old, Note: old.Receipt}, nil
	}
	if err := l.signed(s, r.Signature, document); err != nil {
		return wave.Receipt{}, err
	}
	return l.accept(e, document), nil
}

func (l *lottery) accept(e wave.Entry, document string) wave.Receipt {
	e.Request, e.Opening, e.AcceptedAt = []byte(document), [32]byte{7}, l.w.Now()
	e.Commitment = wave.Commit(e.Request, e.Opening)
	e.Receipt = []byte(wave.ReceiptText(e) + "\n— demo.chesna.example/receipts AAAA\n")
	if old := l.of(e.Wave, e.Declarer); old != nil {
		*old = e
	} else {
		l.entries = append(l.entries, e)
	}
	return wave.Receipt{Entry: e, Note: e.Receipt}
}

func (l *lottery) Leave(_ context.Context, s identity.Session, id wave.ID, signature []byte) (wave.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.of(id, s.Person)
	if e == nil {
		return wave.Receipt{}, booking.Refuse(booking.CodeEntryAbsent, "")
	}
	if e.State == wave.EntryLeft && l.signed(s, signature, string(e.Request)) == nil {
		return wave.Receipt{Entry: *e, Note: e.Receipt}, nil
	}
	if w, _ := l.wave(id); e.State != wave.EntryLive || w.State == wave.StateClosed {
		return wave.Receipt{}, booking.Refuse(booking.CodeEntryFrozen, "")
	}
	document := fmt.Sprintf("ЧЕСНА — вихід із жеребкування\nЖеребкування: %s\nРедакція: %d\n", id, e.Rev+1)
	if len(signature) == 0 {
		return wave.Receipt{}, toSign(document)
	}
	if err := l.signed(s, signature, document); err != nil {
		return wave.Receipt{}, err
	}
	left := *e
	left.Rev, left.State = left.Rev+1, wave.EntryLeft
	return l.accept(left, document), nil
}

func (l *lottery) view(e wave.Entry) wave.EntryView {
	w, _ := l.wave(e.Wave)
	v := wave.EntryView{Entry: e, Wave: *w}
	if c := l.cards[e.Wave]; c.Standby != nil && e.State == wave.EntryLive {
		v.Carried = []wave.Wave{*c.Standby}
	}
	return v
}

func (l *lottery) Entry(_ context.Context, s identity.Session, id wave.ID) (wave.EntryView, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.wave(id); err != nil {
		return wave.EntryView{}, err
	}
	if e := l.of(id, s.Person); e != nil {
		return l.view(*e), nil
	}
	return wave.EntryView{}, booking.Refuse(booking.CodeEntryAbsent, "")
}

func (l *lottery) Entries(_ context.Context, s identity.Session) ([]wave.EntryView, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []wave.EntryView
	for _, e := range slices.Backward(l.entries) {
		if e.Declarer == s.Person {
			out = append(out, l.view(e))
		}
	}
	return out, nil
}

func (l *lottery) Prospect(context.Context, identity.Session, booking.GroupID) (wave.Standing, error) {
	return wave.Standing{Losses: 1, PausedUntil: l.paused}, nil
}

func (l *lottery) Card(_ context.Context, s identity.Session, id wave.ID) (wave.Card, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, err := l.wave(id)
	switch c, ok := l.cards[id]; {
	case err != nil:
		return c, err
	case w.State != wave.StateDrawn:
		return c, booking.Refuse(booking.CodeNotPublished, "")
	case !ok || l.of(id, s.Person) == nil:
		return c, booking.Refuse(booking.CodeEntryAbsent, "")
	default:
		return c, nil
	}
}

func offerText(o wave.Offer) wave.OfferText {
	t := wave.OfferText{Offer: o}
	if o.State == wave.OfferOpen {
		t.Document = []byte("ЧЕСНА — запис за результатом жеребкування\nПропозиція: " + o.ID.String() + "\n")
	}
	return t
}

func (l *lottery) Offers(_ context.Context, s identity.Session) ([]wave.OfferText, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []wave.OfferText
	for _, o := range slices.Backward(l.offers) {
		if o.Declarer == s.Person {
			out = append(out, offerText(o))
		}
	}
	return out, l.broken
}

func (l *lottery) offer(s identity.Session, id uuid.UUID) (*wave.Offer, error) {
	for i := range l.offers {
		if l.offers[i].ID == id && l.offers[i].Declarer == s.Person {
			return &l.offers[i], nil
		}
	}
	return nil, booking.Refuse(booking.CodeOfferAbsent, "")
}

func (l *lottery) Offer(_ context.Context, s identity.Session, id uuid.UUID) (wave.OfferText, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.offer(s, id)
	if err != nil {
		return wave.OfferText{}, err
	}
	return offerText(*o), nil
}

func (l *lottery) Sign(_ context.Context, s identity.Session, id uuid.UUID, signature []byte) (wave.Offer, []booking.Appointment, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.offer(s, id)
	switch {
	case err != nil:
		return wave.Offer{}, nil, err
	case o.State != wave.OfferOpen && o.State != wave.OfferSigned, !l.w.Now().Before(o.Until):
		return wave.Offer{}, nil, booking.Refuse(booking.CodeOfferEnded, "")
	}
	open := *o
	open.State = wave.OfferOpen
	if err := l.signed(s, signature, string(offerText(open).Document)); err != nil {
		return wave.Offer{}, nil, err
	}
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	var made []booking.Appointment
	for i, seat := range o.Seats {
		a := booking.Appointment{
			ID: uuid.NewSHA1(o.ID, []byte{byte(i)}), Reference: fmt.Sprintf("KRK-7K3M-9QX%d", i), State: booking.AppointmentBooked, Hold: wave.HoldOf(o.Consulate, o.ID, i),
			Consulate: o.Consulate, Group: o.Group, Service: seat.Service, Seat: seat.Seat.ID, Start: seat.Seat.Start, Minutes: seat.Seat.Minutes,
			Person: o.Declarer, Applicant: seat.Applicant, BookedAt: l.w.now,
		}
		made = append(made, a)
		if o.State == wave.OfferOpen {
			l.w.appointments = append(l.w.appointments, a)
			o.Appointments = append(o.Appointments, a.ID)
		}
	}
	for i := range l.w.appointments {
		if a := &l.w.appointments[i]; a.ID == o.Reschedules {
			a.State = booking.AppointmentCancelled
		}
	}
	o.State = wave.OfferSigned
	return *o, made, nil
}

func (l *lottery) Decline(_ context.Context, s identity.Session, id uuid.UUID) (wave.Offer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.offer(s, id)
	if err != nil {
		return wave.Offer{}, err
	}
	if o.State != wave.OfferOpen && o.State != wave.OfferDeclined {
		return *o, booking.Refuse(booking.CodeOfferEnded, "")
	}
	o.State = wave.OfferDeclined
	return *o, nil
}

// win makes an offer of seats on Tuesday 8 December, one for each applicant.
func (l *lottery) win(name string, applicants ...uuid.UUID) *wave.Offer {
	declarer := l.w.people[name].ID
	if len(applicants) == 0 {
		applicants = []uuid.UUID{declarer}
	}
	o := wave.Offer{
		ID: uuid.NewSHA1(declarer, []byte{byte(len(l.offers))}), Wave: "krk-passport-2026w48", Entry: "krk-passport-2026w48", Declarer: declarer,
		Consulate: "krk", Group: "passport", State: wave.OfferOpen, Until: l.w.now.Add(70 * time.Hour), MadeAt: l.w.now,
	}
	for i, a := range applicants {
		svc := booking.ServiceID("passport-adult")
		if a != declarer {
			svc = "passport-child"
		}
		start := time.Date(2026, 12, 8, 9, 20*i, 0, 0, time.UTC)
		o.Seats = append(o.Seats, wave.OfferedSeat{Seat: booking.Seat{ID: booking.SeatID(fmt.Sprintf("krk-%d", i)), Start: start, Minutes: 20}, Applicant: a, Service: svc})
	}
	l.offers = append(l.offers, o)
	return &l.offers[len(l.offers)-1]
}

// lose puts the person's entry into the drawn wave with the card of somebody who was not served.
func (l *lottery) lose(name string) {
	w, _ := l.wave("krk-passport-2026w48")
	e := wave.Entry{Wave: w.ID, Declarer: l.w.people[name].ID, Rev: 1, State: wave.EntryLive, W: 2, CountsLoss: true, Windows: 5, Members: []wave.Member{{Applicant: l.w.people[name].ID, Service: "passport-adult"}}}
	l.accept(e, "заявка")
	next := l.waves[4]
	l.cards[w.ID] = wave.Card{
		Wave: *w, Entries: 57, Seats: 24, Served: 20, Place: 7, Weight: 2, WeightNext: 3, Target: 3, Chance: 0.639, Known: true,
		Basis: "За цим жеребкуванням: 57 заявок на 24 місця.", BasisEN: "By this draw: 57 entries for 24 seats.", Standby: &next,
	}
}
