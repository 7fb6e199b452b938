package web_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"chesna/api/web"
	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

// world is booking and identity in memory, just deep enough for the pages.
type world struct {
	mu           sync.Mutex
	now          time.Time
	catalogue    *booking.Catalogue
	policy       booking.Policy
	people       map[string]*human // by demo name
	challenges   map[string][]byte
	sessions     map[string]identity.Session // by access token
	holds        map[booking.HoldID]booking.Hold
	appointments []booking.Appointment
	events       []booking.Event
	weeks        map[string]booking.PublishedWeek
	mails        []web.DemoMail
	taken        []booking.SeatID // makes publishing answer seats-taken
	broken       error            // what every look at openings answers
}

type human struct {
	identity.Person
	name       string
	grants     []identity.Grant
	code       string
	pending    string
	applicants []identity.DeclaredApplicant
}

func zone(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}

func newWorld(now time.Time) *world {
	w := &world{
		now: now, challenges: map[string][]byte{}, sessions: map[string]identity.Session{}, holds: map[booking.HoldID]booking.Hold{},
		weeks: map[string]booking.PublishedWeek{}, people: map[string]*human{},
		policy: booking.Policy{HoldTTL: 10 * time.Minute, Extension: 5 * time.Minute, HoldsPerDay: 3, ReopenWithin: 24 * time.Hour, Horizon: 8 * 7 * 24 * time.Hour, Lead: 2 * time.Hour, Grid: 5},
	}
	days := []capacity.Weekday{1, 2, 3, 4, 5}
	text := func(uk, en string) booking.Text { return booking.Text{UK: uk, EN: en} }
	post := func(id, uk, en, ukLand, enLand, code, tz string, pool booking.Pool) booking.Consulate {
		return booking.Consulate{
			ID: booking.ConsulateID(id), City: text(uk, en), Country: text(ukLand, enLand), CountryID: code, Location: zone(tz),
			District: []booking.District{{Country: code}}, Languages: []string{"uk", "en"}, Workdays: days, Pool: pool,
		}
	}
	var err error
	w.catalogue, err = booking.NewCatalogue(
		[]booking.Consulate{
			post("waw", "Варшава", "Warsaw", "Польща", "Poland", "PL", "Europe/Warsaw", booking.PoolOpen),
			post("krk", "Краків", "Kraków", "Польща", "Poland", "PL", "Europe/Warsaw", booking.PoolDraw),
			post("ber", "Берлін", "Berlin", "Німеччина", "Germany", "DE", "Europe/Berlin", booking.PoolOpen),
			post("was", "Вашингтон", "Washington", "США", "United States", "US", "America/New_York", booking.PoolOpen),
		},
		[]booking.Group{{ID: "passport", Title: text("Паспорт для виїзду за кордон", "Passport for travel abroad"), Minutes: 20}, {ID: "notary", Title: text("Нотаріальні дії", "Notarial acts"), Minutes: 30}},
		[]booking.Service{
			{ID: "passport-adult", Group: "passport", Title: text("Паспорт для виїзду за кордон (дорослий)", "Passport for travel abroad (adult)"), Applicants: booking.ForSelf, Presence: true, Fee: text("95 USD; точну суму назве установа", "95 USD; the post tells the exact sum"), Documents: []booking.Text{text("чинний паспорт громадянина України", "a valid passport of a citizen of Ukraine"), text("РНОКПП", "RNOKPP")}},
			{ID: "passport-child", Group: "passport", Title: text("Паспорт для виїзду за кордон (дитина)", "Passport for travel abroad (child)"), Applicants: booking.ForChild, Presence: true, Fee: text("60 USD", "60 USD"), Documents: []booking.Text{text("свідоцтво про народження", "birth certificate")}},
			{ID: "notary-power", Group: "notary", Title: text("Довіреність", "Power of attorney"), Applicants: booking.ForAny, Fee: text("30 USD", "30 USD"), Documents: []booking.Text{text("паспорт", "passport")}},
		})
	if err != nil {
		panic(err)
	}
	for i, p := range []struct {
		name, surname, given string
		roles                []identity.Grant
	}{
		{"olena", "Тестова", "Олена", nil}, {"mariia", "Пробна", "Марія", nil},
		{"officer-waw", "Консульська", "Ганна", []identity.Grant{{Role: identity.RoleOfficer, Consulate: "waw"}}},
	} {
		w.people[p.name] = &human{
			name: p.name, Person: identity.Person{ID: uuid.UUID{0xaa, byte(i + 1)}, Names: identity.Names{Surname: p.surname, GivenName: p.given}, Language: "uk"},
			grants: append([]identity.Grant{{Role: identity.RoleCitizen}}, p.roles...),
		}
	}
	this := capacity.WeekOf(capacity.DateOf(now))
	for i := range 4 {
		for _, c := range w.catalogue.Consulates() {
			to := capacity.TimeOfDay(13 * 60)
			if c.ID == "was" {
				to = 12 * 60
			}
			plan := booking.WeekPlan{Counters: []capacity.Counter{{ID: "c1"}}}
			for _, d := range days {
				plan.Counters[0].Openings = append(plan.Counters[0].Openings, capacity.Opening{Weekday: d, From: 9 * 60, To: to, Group: "passport", Pool: capacity.Pool(c.Pool)})
			}
			if _, err := w.publish(c, this.Add(i), 0, plan); err != nil {
				panic(err)
			}
		}
	}
	return w
}

func (w *world) human(id uuid.UUID) *human {
	for _, h := range w.people {
		if h.ID == id {
			return h
		}
	}
	return nil
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// sign is the demo's signature: who, and over what.
func sign(name string, document []byte) []byte {
	sum := sha256.Sum256(document)
	return append(append([]byte{0x30, 0x82}, name...), append([]byte{0}, sum[:]...)...)
}

// signer reads it back.
func signer(signature, document []byte) (string, error) {
	name, sum, ok := bytes.Cut(signature[min(2, len(signature)):], []byte{0})
	want := sha256.Sum256(document)
	if !ok || !bytes.Equal(sum, want[:]) {
		return "", &identity.Error{Code: identity.CodeSignatureRejected, Reason: "digest-mismatch"}
	}
	return string(name), nil
}

func (w *world) People() []web.DemoPerson {
	return []web.DemoPerson{
		{Name: "olena", DisplayName: "Тестова Олена Петрівна", Roles: []string{"citizen"}}, {Name: "mariia", DisplayName: "Пробна Марія Степанівна", Roles: []string{"citizen"}},
		{Name: "officer-waw", DisplayName: "Консульська Ганна Тестівна", Roles: []string{"officer"}},
	}
}

func (w *world) Sign(_ context.Context, name string, document []byte) ([]byte, error) {
	return sign(name, document), nil
}

func (w *world) Mails(context.Context, int) ([]web.DemoMail, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := slices.Clone(w.mails)
	slices.Reverse(out)
	return out, nil
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// --- identity

func (w *world) Authenticate(_ context.Context, access string) (identity.Session, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.sessions[access]; ok {
		return s, nil
	}
	return identity.Session{}, &identity.Error{Code: identity.CodeUnauthenticated}
}

func (w *world) Refresh(context.Context, string) (identity.Session, identity.Tokens, error) {
	return identity.Session{}, identity.Tokens{}, &identity.Error{Code: identity.CodeUnauthenticated}
}

func (w *world) Challenge(context.Context) (identity.Challenge, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := fmt.Sprintf("%032x", len(w.challenges)+1)
	w.challenges[id] = []byte("Чесна\nВхід до електронної черги\n\nДія: вхід\nОдноразове число: " + id + "\n")
	return identity.Challenge{ID: id, Document: w.challenges[id], ExpiresAt: w.now.Add(5 * time.Minute)}, nil
}

func (w *world) Complete(_ context.Context, id string, signature []byte) (identity.Session, identity.Tokens, identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	document, ok := w.challenges[id]
	if !ok {
		return identity.Session{}, identity.Tokens{}, identity.Person{}, &identity.Error{Code: identity.CodeChallengeUnknown}
	}
	name, err := signer(signature, document)
	if err != nil {
		return identity.Session{}, identity.Tokens{}, identity.Person{}, err
	}
	h := w.people[name]
	delete(w.challenges, id)
	s, t := w.issue(h)
	return s, t, h.Person, nil
}

func (w *world) issue(h *human) (identity.Session, identity.Tokens) {
	s := identity.Session{ID: uuid.New(), Person: h.ID, Grants: h.grants, Country: h.Country}
	token := "token-" + s.ID.String()
	w.sessions[token] = s
	return s, identity.Tokens{Access: token}
}

func (w *world) Reissue(_ context.Context, s identity.Session) (identity.Session, identity.Tokens, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fresh, t := w.issue(w.human(s.Person))
	return fresh, t, nil
}

func (w *world) Logout(_ context.Context, s identity.Session) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for token, one := range w.sessions {
		if one.Person == s.Person {
			delete(w.sessions, token)
		}
	}
	return nil
}

func (w *world) Person(_ context.Context, id uuid.UUID) (identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.human(id).Person, nil
}

func (w *world) SetCountry(_ context.Context, id uuid.UUID, country string) (identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.human(id)
	if h.Country != "" && h.Country != country {
		return identity.Person{}, &identity.Error{Code: identity.CodeCountryFixed}
	}
	h.Country, h.CountryChangeableAt = country, w.now.Add(90*24*time.Hour)
	return h.Person, nil
}

func (w *world) SetLanguage(_ context.Context, id uuid.UUID, l string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.human(id).Language = l
	return nil
}

func (w *world) SetEmail(_ context.Context, id uuid.UUID, address string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	address, ok := identity.CheckEmail(address)
	if !ok {
		return &identity.Error{Code: identity.CodeInvalid, Fields: []identity.FieldError{{Pointer: "/email", Code: "format", Detail: "an address"}}}
	}
	h := w.human(id)
	h.code, h.pending = "123456", address
	w.mails = append(w.mails, web.DemoMail{At: w.now, Mail: identity.Mail{To: address, Subject: "Код 123456", Text: "Ваш код: 123456\n"}})
	return nil
}

func (w *world) VerifyEmail(_ context.Context, id uuid.UUID, code string) (identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.human(id)
	if h.code == "" || code != h.code {
		return identity.Person{}, &identity.Error{Code: identity.CodeEmailCode, Reason: "wrong"}
	}
	h.Email, h.EmailVerified, h.code = h.pending, true, ""
	return h.Person, nil
}

func (w *world) ResolveApplicant(_ context.Context, declarer uuid.UUID, a identity.Applicant) (uuid.UUID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, wrong := identity.CheckApplicant(a, w.now, false)
	if len(wrong) > 0 {
		return uuid.Nil, &identity.Error{Code: identity.CodeInvalid, Fields: wrong}
	}
	id := uuid.NewSHA1(uuid.Nil, []byte(a.BirthCertificate+a.UNZR+a.RNOKPP))
	h := w.human(declarer)
	if !slices.ContainsFunc(h.applicants, func(d identity.DeclaredApplicant) bool { return d.Person == id }) {
		h.applicants = append(h.applicants, identity.DeclaredApplicant{Person: id, Applicant: a})
	}
	return id, nil
}

func (w *world) Applicants(_ context.Context, declarer uuid.UUID) ([]identity.DeclaredApplicant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.human(declarer).applicants, nil
}

func (w *world) Names(_ context.Context, declarer, person uuid.UUID) (identity.Names, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.human(declarer)
	if declarer == person {
		return h.Person.Names, nil
	}
	for _, a := range h.applicants {
		if a.Person == person {
			return a.Applicant.Names, nil
		}
	}
	return identity.Names{}, &identity.Error{Code: identity.CodePersonUnknown}
}

func (w *world) SignIns(context.Context, uuid.UUID, int) ([]identity.SignIn, error) {
	return []identity.SignIn{{At: w.Now(), Certificate: [32]byte{1, 2, 3}}}, nil
}

// --- booking

func (w *world) publish(c booking.Consulate, iso capacity.ISOWeek, expected int64, plan booking.WeekPlan) (booking.Publication, error) {
	week := capacity.Week{Consulate: string(c.ID), ISOWeek: iso, Location: c.Location, Workdays: c.Workdays, Holidays: c.Holidays, SlotMinutes: map[string]int{"passport": 20, "notary": 30}, Grid: 5, Counters: plan.Counters, Closures: plan.Closures}
	seats, err := capacity.Expand(week)
	if err != nil {
		return booking.Publication{}, err
	}
	key := string(c.ID) + iso.String()
	old := w.weeks[key]
	if old.Revision != expected {
		return booking.Publication{}, booking.Refuse(booking.CodeStale, "")
	}
	next := booking.PublishedWeek{Consulate: c.ID, ISOWeek: iso.String(), Revision: expected + 1, Plan: mustJSON(plan), Reason: plan.Reason}
	for _, s := range seats {
		next.Seats = append(next.Seats, booking.Seat{ID: booking.SeatID(s.ID), Consulate: c.ID, Counter: booking.CounterID(s.Counter), Group: booking.GroupID(s.Group), Pool: booking.Pool(s.Pool), Start: s.Start, Minutes: s.Minutes, State: booking.SeatOpen})
	}
	w.weeks[key] = next
	return booking.Publication{Week: next, Meter: capacity.Meter(week.MeterInput(seats))}, nil
}

func (w *world) measured(c booking.Consulate, iso capacity.ISOWeek) booking.Publication {
	p := w.weeks[string(c.ID)+iso.String()]
	p.ISOWeek = iso.String()
	in := capacity.MeterInput{Week: iso, Location: c.Location, Workdays: c.Workdays, Grid: 5}
	for _, s := range p.Seats {
		in.Seats = append(in.Seats, capacity.Seat{ID: string(s.ID), Counter: string(s.Counter), Group: string(s.Group), Pool: capacity.Pool(s.Pool), Start: s.Start, Minutes: s.Minutes})
	}
	return booking.Publication{Week: p, Meter: capacity.Meter(in)}
}

func (w *world) LegalMinimum(_ context.Context, c booking.ConsulateID, from, to capacity.Date) ([]booking.Publication, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, err := w.catalogue.Consulate(c)
	if err != nil {
		return nil, err
	}
	var out []booking.Publication
	for iso := capacity.WeekOf(from); !capacity.WeekOf(to).Before(iso); iso = iso.Add(1) {
		out = append(out, w.measured(post, iso))
	}
	return out, nil
}

func (w *world) Week(_ context.Context, _ identity.Session, c booking.ConsulateID, iso string) (booking.Publication, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, _ := w.catalogue.Consulate(c)
	i, err := capacity.ParseISOWeek(iso)
	return w.measured(post, i), err
}

func (w *world) PublishWeek(_ context.Context, s identity.Session, c booking.ConsulateID, iso string, expected int64, p booking.WeekPlan) (booking.Publication, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, _ := w.catalogue.Consulate(c)
	i, _ := capacity.ParseISOWeek(iso)
	if len(w.taken) > 0 {
		return booking.Publication{}, &booking.Error{Code: booking.CodeSeatsTaken, Seats: w.taken}
	}
	before := w.weeks[string(c)+iso]
	out, err := w.publish(post, i, expected, p)
	if err != nil || out.Meter.Met {
		return out, err
	}
	document := []byte("ЧЕСНА — короткий тиждень\nПричина: " + p.Reason + "\n")
	name, err := signer(p.Signature, document)
	if err == nil && w.people[name].ID == s.Person {
		return out, nil
	}
	w.weeks[string(c)+iso] = before
	if len(p.Signature) == 0 {
		return out, &booking.Error{Code: booking.CodeBelowMinimum, Document: document}
	}
	return out, &identity.Error{Code: identity.CodeSignerMismatch}
}

func (w *world) Availability(_ context.Context, s identity.Session, c booking.ConsulateID, id booking.ServiceID) (booking.Openings, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post, err := w.catalogue.Consulate(c)
	svc, err2 := w.catalogue.Service(id)
	if err := cmp.Or(w.broken, err, err2); err != nil {
		return booking.Openings{}, err
	}
	if !post.Serves(s.Country) {
		return booking.Openings{}, booking.Refuse(booking.CodeOutsideDistrict, "")
	}
	out := booking.Openings{Consulate: post, Service: svc, ByDraw: post.Pool == booking.PoolDraw}
	if out.ByDraw {
		out.DrawFrom = w.now.Add(9 * 24 * time.Hour)
		return out, nil
	}
	byWindow := map[string]int{}
	for _, iso := range []int{0, 1, 2, 3} {
		week := w.weeks[string(c)+capacity.WeekOf(capacity.DateOf(w.now)).Add(iso).String()]
		for _, seat := range week.Seats {
			if seat.Group != svc.Group || seat.Start.Before(w.now.Add(2*time.Hour)) || w.busy(seat.ID) {
				continue
			}
			ref, _ := capacity.StartWindow(string(c), string(svc.Group), seat.Start, post.Location)
			i, ok := byWindow[ref.ID()]
			if !ok {
				i = len(out.Windows)
				byWindow[ref.ID()] = i
				out.Windows = append(out.Windows, booking.OpenWindow{ID: booking.WindowID(ref.ID()), Day: ref.Day, From: seat.Start, Free: booking.LevelMany})
			}
			win := &out.Windows[i]
			win.To = seat.Start
			win.Slots = append(win.Slots, booking.OpenSlot{ID: booking.SlotID(capacity.SlotRef{Consulate: string(c), Group: string(svc.Group), Start: seat.Start}.ID()), Start: seat.Start})
		}
	}
	return out, nil
}

func (w *world) busy(id booking.SeatID) bool {
	for _, h := range w.holds {
		if h.Seat == id {
			return true
		}
	}
	return slices.ContainsFunc(w.appointments, func(a booking.Appointment) bool { return a.Seat == id && a.State == booking.AppointmentBooked })
}

func (w *world) Reserve(ctx context.Context, s identity.Session, r booking.ReserveRequest) (booking.HeldSeat, error) {
	applicant := s.Person
	if r.Applicant != nil {
		var err error
		if applicant, err = w.ResolveApplicant(ctx, s.Person, *r.Applicant); err != nil {
			return booking.HeldSeat{}, err
		}
	}
	open, err := w.Availability(ctx, s, r.Consulate, r.Service)
	if err != nil {
		return booking.HeldSeat{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	svc, _ := w.catalogue.Service(r.Service)
	for _, a := range w.appointments {
		if a.Applicant == applicant && a.Group == svc.Group && a.State == booking.AppointmentBooked {
			return booking.HeldSeat{}, booking.Refuse(booking.CodeAlreadyBooked, "")
		}
	}
	for _, win := range open.Windows {
		for _, slot := range win.Slots {
			if slot.ID != r.Slot && win.ID != r.Window {
				continue
			}
			id := booking.NewHoldID(r.Consulate, uuid.New())
			h := booking.Hold{
				ID: id, Consulate: r.Consulate, Group: svc.Group, Service: r.Service, Slot: slot.ID, Start: slot.Start, Minutes: 20,
				Seat:   booking.SeatID(fmt.Sprintf("%s-c1-%s-20", r.Consulate, slot.Start.Format("20060102T1504Z"))),
				Person: s.Person, Applicant: applicant, State: booking.HoldHeld, CreatedAt: w.now, ExpiresAt: w.now.Add(10 * time.Minute), LastExpiry: w.now.Add(15 * time.Minute), Nonce: "00",
			}
			w.holds[id] = h
			return w.held(h), nil
		}
	}
	return booking.HeldSeat{}, booking.Refuse(booking.CodeSoldOut, "")
}

func (w *world) held(h booking.Hold) booking.HeldSeat {
	post, _ := w.catalogue.Consulate(h.Consulate)
	svc, _ := w.catalogue.Service(h.Service)
	name := ""
	for _, a := range w.human(h.Person).applicants {
		if a.Person == h.Applicant {
			name = a.Applicant.Names.Full()
		}
	}
	return booking.HeldSeat{Hold: h, Document: booking.BookingDocument("http://chesna.test", h, post, svc, name)}
}

func (w *world) find(s identity.Session, id booking.HoldID) (booking.Hold, error) {
	h, ok := w.holds[id]
	switch {
	case !ok || h.Person != s.Person:
		return h, booking.Refuse(booking.CodeHoldNotFound, "")
	case !w.now.Before(h.ExpiresAt):
		return h, booking.Refuse(booking.CodeHoldExpired, "")
	}
	return h, nil
}

func (w *world) Hold(_ context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.find(s, id)
	if err != nil {
		return booking.HeldSeat{}, err
	}
	return w.held(h), nil
}

func (w *world) Extend(_ context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.find(s, id)
	if err != nil {
		return booking.HeldSeat{}, err
	}
	if h.Extended {
		return booking.HeldSeat{}, booking.Refuse(booking.CodeAlreadyExtended, "")
	}
	h.Extended, h.ExpiresAt = true, h.LastExpiry
	w.holds[id] = h
	return w.held(h), nil
}

func (w *world) Release(_ context.Context, s identity.Session, id booking.HoldID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.find(s, id)
	delete(w.holds, id)
	return err
}

func (w *world) Confirm(_ context.Context, s identity.Session, id booking.HoldID, signature []byte) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.appointments {
		if a.Hold == id && a.Person == s.Person && a.SignatureDigest == sha256.Sum256(signature) {
			return a, nil
		}
	}
	h, err := w.find(s, id)
	if err != nil {
		return booking.Appointment{}, err
	}
	name, err := signer(signature, w.held(h).Document)
	switch {
	case err != nil:
		return booking.Appointment{}, err
	case w.people[name].ID != s.Person:
		return booking.Appointment{}, &identity.Error{Code: identity.CodeSignerMismatch}
	}
	delete(w.holds, id)
	a := booking.Appointment{
		ID: uuid.New(), Reference: "WAW-7K3M-9QXD", State: booking.AppointmentBooked, Hold: id, Consulate: h.Consulate, Group: h.Group, Service: h.Service,
		Seat: h.Seat, Start: h.Start, Minutes: h.Minutes, Person: h.Person, Applicant: h.Applicant, BookedAt: w.now, SignatureDigest: sha256.Sum256(signature),
	}
	w.appointments = append(w.appointments, a)
	w.note(booking.EventBooked, a)
	return a, nil
}

func (w *world) note(t booking.EventType, a booking.Appointment) {
	w.events = append([]booking.Event{{At: w.now, Type: t, Actor: booking.Actor{Person: a.Person, Role: "citizen"}, Subject: a.Person, Appointment: a.ID, Consulate: a.Consulate}}, w.events...)
}

func (w *world) Appointment(_ context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.appointments {
		if a.ID == id && a.Person == s.Person {
			return a, nil
		}
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
}

func (w *world) Appointments(_ context.Context, s identity.Session) ([]booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []booking.Appointment
	for _, a := range w.appointments {
		if a.Person == s.Person {
			out = append(out, a)
		}
	}
	return out, nil
}

func (w *world) Cancel(_ context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.appointments {
		if a := &w.appointments[i]; a.ID == id && a.Person == s.Person {
			if a.State == booking.AppointmentBooked {
				a.State = booking.AppointmentCancelled
				w.note(booking.EventCancelled, *a)
			}
			return *a, nil
		}
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
}

func (w *world) Record(_ context.Context, s identity.Session, _ int) ([]booking.Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.events), func(e booking.Event) bool { return e.Subject != s.Person }), nil
}

func (w *world) RecordOutcome(_ context.Context, _ identity.Session, id uuid.UUID, out booking.Outcome, reason string) (booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if out == booking.OutcomeReturned && reason == "" {
		return booking.Appointment{}, &booking.Error{Code: booking.CodeInvalid, Fields: []booking.FieldError{{Pointer: "/reason", Code: "required"}}}
	}
	for i := range w.appointments {
		if w.appointments[i].ID == id {
			w.appointments[i].State = booking.AppointmentState(out)
			return w.appointments[i], nil
		}
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "")
}

func (w *world) Desk(_ context.Context, _ identity.Session, c booking.ConsulateID, day string) ([]booking.Appointment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []booking.Appointment
	for _, a := range w.appointments {
		post, _ := w.catalogue.Consulate(a.Consulate)
		if a.Consulate == c && a.Start.In(post.Location).Format("2006-01-02") == day && a.State != booking.AppointmentCancelled {
			out = append(out, a)
		}
	}
	return out, nil
}
