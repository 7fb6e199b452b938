package handlers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"chesna/api"
	"chesna/api/contract"
	"chesna/api/handlers"
	"chesna/api/oapi"
	"chesna/booking"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/capacity"
	"chesna/booking/redisinv"
)

// world is the API over the real use cases and the real inventory, with a ledger and people in memory.
type world struct {
	t      testing.TB
	api    *api.Server
	ledger *ledger
	people *people
	draws  *lottery
	office *booking.Office
	deps   api.Deps
	logs   *bytes.Buffer
	redis  *miniredis.Miniredis
	router routers.Router
	week   capacity.ISOWeek // the week after next, of which nothing is published
}

const origin = "http://chesna.test"

func catalogue(t testing.TB) *booking.Catalogue {
	t.Helper()
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	workdays := []capacity.Weekday{capacity.Monday, capacity.Tuesday, capacity.Wednesday, capacity.Thursday, capacity.Friday}
	text := func(uk, en string) booking.Text { return booking.Text{UK: uk, EN: en} }
	c, err := booking.NewCatalogue(
		[]booking.Consulate{
			{
				ID: "waw", City: text("Варшава", "Warsaw"), Country: text("Польща", "Poland"), CountryID: "PL", Location: warsaw,
				District: []booking.District{{Country: "PL", Regions: []string{"Мазовія"}}}, Languages: []string{"uk", "pl"},
				Workdays: workdays, Pool: booking.PoolOpen,
			},
			{
				ID: "wdc", City: text("Вашингтон", "Washington"), Country: text("США", "USA"), CountryID: "US", Location: time.UTC,
				District: []booking.District{{Country: "US"}}, Languages: []string{"uk"}, Workdays: workdays, Pool: booking.PoolOpen,
			},
			{
				ID: "ber", City: text("Берлін", "Berlin"), Country: text("Німеччина", "Germany"), CountryID: "DE", Location: warsaw,
				District: []booking.District{{Country: "DE"}}, Languages: []string{"uk"}, Workdays: workdays, Pool: booking.PoolDraw,
			},
		},
		[]booking.Group{{ID: "passport", Title: text("Паспорти", "Passports"), Minutes: 30}},
		[]booking.Service{
			{ID: "passport-adult", Group: "passport", Title: text("Паспорт", "Passport"), Documents: []booking.Text{text("Фото", "Photo")}, Fee: text("85 євро", "85 euro"), Applicants: booking.ForSelf, Presence: true, Reasons: []booking.ReasonCode{{Code: "07", Title: text("Пошкоджений", "Damaged")}}},
			{ID: "passport-child", Group: "passport", Title: text("Паспорт дитині", "Child's passport"), Fee: text("50 євро", "50 euro"), Applicants: booking.ForChild, Presence: true},
		})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newWorld(t testing.TB, change ...func(*api.Deps)) *world {
	t.Helper()
	engine := servers.Miniredis(t)
	client := redis.NewClient(&redis.Options{Addr: engine.Addr(), MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	inventory, err := redisinv.New(redisinv.Deps{Client: client})
	if err != nil {
		t.Fatal(err)
	}
	inventory.Start()
	t.Cleanup(inventory.Stop)
	w := &world{t: t, redis: engine, ledger: newLedger(), people: newPeople(), logs: &bytes.Buffer{}}
	w.week = capacity.WeekOf(capacity.DateOf(time.Now())).Add(2)
	posts := catalogue(t)
	for _, c := range posts.Consulates() {
		none := func(context.Context) ([]booking.SeatID, error) { return nil, nil }
		if err := inventory.Rebuild(t.Context(), c.ID, booking.Snapshot{Epoch: "e1"}, none); err != nil {
			t.Fatal(err)
		}
	}
	logger := slog.New(slog.NewJSONHandler(&lockedWriter{w: w.logs}, nil))
	office, err := booking.NewOffice(booking.Deps{
		Catalogue: posts, Inventory: inventory, Ledger: w.ledger, Weeks: w.ledger, Acts: w.people, People: w.people,
		Policy: booking.Policy{
			HoldTTL: 10 * time.Minute, Extension: 5 * time.Minute, HoldsPerDay: 3, ReopenWithin: time.Hour,
			Horizon: 60 * 24 * time.Hour, Lead: time.Hour, Grid: 5,
		},
		Audience: origin, Now: time.Now, Rand: rand.Reader, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.office = office
	d := api.Deps{
		Sessions: w.people, PublicURL: origin, FormKey: bytes.Repeat([]byte("k"), 32), Idempotency: w.ledger,
		Metrics: prometheus.NewRegistry(), Now: time.Now, Rand: rand.Reader, Logger: logger,
	}
	for _, f := range change {
		f(&d)
	}
	w.deps = d
	if w.api, err = api.New(d); err != nil {
		t.Fatal(err)
	}
	w.draws = newLottery(w.people)
	h, err := handlers.New(handlers.Deps{
		Server: w.api, Catalogue: posts, Bookings: office, Identity: w.people, Limits: w.people, Draws: w.draws, Openings: oneOpening{},
		Logs: map[string]http.Handler{"journal": tiles("journal"), "draws": tiles("draws")},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Mount()
	if w.router, err = described(); err != nil {
		t.Fatal(err)
	}
	return w
}

// bare is another server with nothing mounted.
func (w *world) bare() *api.Server {
	w.t.Helper()
	d := w.deps
	d.Metrics = prometheus.NewRegistry()
	server, err := api.New(d)
	if err != nil {
		w.t.Fatal(err)
	}
	return server
}

// described finds the operation of a request in openapi.yaml.
var described = sync.OnceValues(func() (routers.Router, error) {
	doc, err := contract.Document(oapi.Spec())
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// lockedWriter lets several goroutines log.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// exchange is one request and what came back.
type exchange struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// call sends one request as a person ("" is nobody) and checks the answer against the contract.
func (w *world) call(who, method, path, body string, set ...string) exchange {
	w.t.Helper()
	r := httptest.NewRequest(method, origin+path, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept-Language", "en")
	for i := 0; i+1 < len(set); i += 2 {
		r.Header.Set(set[i], set[i+1])
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) exchange {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.api.Echo().ServeHTTP(rec, r)
	x := exchange{t: w.t, status: rec.Code, header: rec.Header(), body: rec.Body.Bytes()}
	w.conforms(r, x)
	return x
}

// conforms checks an answer of a described operation against openapi.yaml.
func (w *world) conforms(r *http.Request, x exchange) {
	w.t.Helper()
	target, err := url.Parse(r.URL.Path)
	if err != nil {
		return
	}
	plain := &http.Request{Method: r.Method, URL: target, Header: http.Header{}}
	route, parameters, err := w.router.FindRoute(plain)
	if err != nil || x.status == http.StatusNotModified {
		return
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: plain, PathParams: parameters, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		},
		Status: x.status, Header: x.header, Body: io.NopCloser(bytes.NewReader(x.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		w.t.Errorf("%s %s %d is not as described: %v", r.Method, route.Path, x.status, err)
	}
}

func TestMain(m *testing.M) {
	openapi3filter.RegisterBodyDecoder("text/calendar", plainBody)
	openapi3filter.RegisterBodyDecoder("image/png", plainBody)
	openapi3filter.RegisterBodyDecoder("application/zip", plainBody)
	os.Exit(m.Run())
}

func plainBody(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
	b, err := io.ReadAll(body)
	return string(b), err
}

// want checks the status and, for a problem, its code; it returns the exchange.
func (x exchange) want(status int, code string) exchange {
	x.t.Helper()
	if x.status != status {
		x.t.Fatalf("status %d, want %d: %s", x.status, status, x.body)
	}
	if code != "" && x.text("code") != code {
		x.t.Fatalf("code %q, want %q", x.text("code"), code)
	}
	return x
}

func (x exchange) json() map[string]any {
	x.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(x.body, &v); err != nil {
		x.t.Fatalf("not a JSON object: %s", x.body)
	}
	return v
}

func (x exchange) text(name string) string {
	x.t.Helper()
	s, _ := x.json()[name].(string)
	return s
}

func (x exchange) items() []any {
	x.t.Helper()
	v, ok := x.json()["items"].([]any)
	if !ok {
		x.t.Fatalf("no items: %s", x.body)
	}
	return v
}
