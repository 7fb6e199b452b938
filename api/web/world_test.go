package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
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
		{"olena", "Тестова", "Олена", nil},
		{"mariia", "Пробна", "Марія", nil},
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
		return "", &identity.Error{Code: identity.CodeSignatureRejected, Reason: "content-mismatch"}
	}
	return string(name), nil
}

func (w *world) People() []web.DemoPerson {
	return []web.DemoPerson{
		{Name: "olena", DisplayName: "Тестова Олена Петрівна", Roles: []string{"citizen"}},
		{Name: "mariia", DisplayName: "Пробна Марія Степанівна", Roles: []string{"citizen"}},
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
