package entries_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/note"

	"chesna/booking"
	"chesna/booking/beacon"
	"chesna/booking/beacon/devbeacon"
	"chesna/booking/bookingtest/servers"
	"chesna/booking/bookingtest/servers/pgcluster"
	"chesna/booking/capacity"
	"chesna/booking/draw"
	"chesna/booking/jobs"
	"chesna/booking/journal"
	journalpg "chesna/booking/journal/pgstore"
	"chesna/booking/journal/witness"
	bookingpg "chesna/booking/pgstore"
	"chesna/booking/wave"
	wavepg "chesna/booking/wave/pgstore"
	"chesna/identity"
	"chesna/identity/assertion"
	"chesna/identity/authority"
	"chesna/identity/devqtsp"
	"chesna/identity/keyring"
	identitypg "chesna/identity/pgstore"
	"chesna/identity/pseudonym"
	"chesna/identity/qes"
	"chesna/identity/redisstate"
	"chesna/identity/sealing"
	"chesna/identity/token"
)

const (
	country = "PL"
	post    = booking.ConsulateID("waw")
	group   = booking.GroupID("passport")
	service = booking.ServiceID("passport-adult")
	origin  = "https://chesna.example"
)

// world is the program's rooms joined as the program joins them, on servers of its own, with a clock that can be put forward.
type world struct {
	*testing.B
	ahead   atomic.Int64 // nanoseconds
	cluster *pgcluster.Cluster
	pool    *pgxpool.Pool

	qtsp   *devqtsp.Authority
	trust  *qes.TrustHolder
	box    *sealing.Box
	hasher *pseudonym.Hasher
	people *identity.Service

	bookings  *bookingpg.Store
	waves     *wavepg.Store
	journal   *journalpg.Store
	logs      map[string]*journal.Log
	receipts  note.Verifier
	office    *wave.Office
	scheduler *wave.Scheduler
}

// Now is the time of everybody here: it runs as fast as the real one.
func (w *world) Now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// setClock puts the clock forward to the instant.
func (w *world) setClock(t time.Time) {
	if d := t.Sub(w.Now()); d > 0 {
		w.ahead.Add(int64(d))
	}
}

// newWorld opens everything.
func newWorld(b *testing.B) *world {
	b.Helper()
	w := &world{B: b, trust: &qes.TrustHolder{}, logs: map[string]*journal.Log{}}
	quiet := slog.New(slog.DiscardHandler)
	w.openLedgers(quiet)
	w.openIdentity()
	w.openRelease(quiet)
	return w
}

func (w *world) must(errs ...error) {
	w.Helper()
	if err := errors.Join(errs...); err != nil {
		w.Fatal(err)
	}
}

// openLedgers starts a PostgreSQL that flushes what it commits, with the program's settings, and opens the ledgers.
func (w *world) openLedgers(log *slog.Logger) {
	w.Helper()
	binaries, err := pgcluster.FindBinaries()
	w.must(err)
	w.cluster, err = pgcluster.New(pgcluster.Config{Home: w.TempDir(), Binaries: binaries, Logger: log})
	w.must(err)
	w.must(w.cluster.Start(w.Context()))
	w.Cleanup(func() { w.must(w.cluster.Close(context.Background())) })
	dsn := w.cluster.DSN("postgres")
	w.must(bookingpg.Migrate(w.Context(), dsn), identitypg.Migrate(w.Context(), dsn))
	w.pool, err = bookingpg.Open(w.Context(), dsn)
	w.must(err)
	w.Cleanup(w.pool.Close)
	outbox, err := jobs.NewOutbox(log)
	w.must(err)
	w.bookings, err = bookingpg.New(bookingpg.Deps{Pool: w.pool, Jobs: outbox, Logger: log, Random: rand.Reader, Clock: w.Now})
	w.must(err)
	w.waves, err = wavepg.New(wavepg.Deps{
		Pool: w.pool, Jobs: outbox, Appointments: outbox, Journal: wavepg.Logs{}, Logger: log, Random: rand.Reader, Clock: w.Now,
	})
	w.must(err)
	w.journal, err = journalpg.New(w.pool)
	w.must(err, w.waves.Start(w.Context()))
	w.Cleanup(func() { w.must(w.waves.Stop(context.Background())) })
}

// openIdentity opens identity as the program does, with the demo's trust service.
func (w *world) openIdentity() {
	w.Helper()
	w.qtsp = newAuthority(w.B, w.Now())
	verifier, err := qes.New(qes.Deps{Trust: w.trust, CheckDigits: true, Revocation: qes.RequireChain})
	w.must(err)
	judge, err := assertion.New(assertion.Deps{QES: verifier, Parallel: runtime.GOMAXPROCS(0)})
	w.must(err)
	ring, err := keyring.Parse(keyring.Generate(1))
	w.must(err)
	minter, err := token.New(token.Deps{Ring: ring, Issuer: origin, MaxAge: 5 * time.Minute})
	w.must(err)
	w.hasher, err = pseudonym.New(ring)
	w.must(err)
	w.box, err = sealing.New(ring)
	w.must(err)
	state, err := redisstate.New(redisstate.Deps{Client: servers.Redis(w.B).Client()})
	w.must(err)
	persons, err := identitypg.New(identitypg.Deps{Pool: w.pool})
	w.must(err)
	w.people, err = identity.New(identity.Deps{
		Origin: origin, SystemName: "ЧЕСНА", Now: w.Now, Signatures: judge, Pseudonyms: w.hasher, Sealer: w.box, Tokens: minter,
		Persons: persons, Rights: persons, Identifiers: persons, Challenges: state, Sessions: state, EmailCodes: state,
		Limiter: state, Mailer: noMail{},
	})
	w.must(err)
}

// renewTrust gives the verifier fresh revocation lists.
func (w *world) renewTrust() {
	w.Helper()
	now := w.Now()
	people, err1 := w.qtsp.CRL(now, 24*time.Hour)
	authorities, err2 := w.qtsp.RootCRL(now, 24*time.Hour)
	w.must(err1, err2)
	trust, err := qes.ParseTrust([][]byte{w.qtsp.RootDER()}, [][]byte{w.qtsp.CADER()}, [][]byte{people, authorities})
	w.must(err)
	w.trust.Set(trust)
}

type noMail struct{}

func (noMail) Send(context.Context, identity.Mail) error { return nil }

// key is a signing key of the operator.
func (w *world) key(name string) (note.Signer, note.Verifier, string) {
	w.Helper()
	private, public, err := note.GenerateKey(rand.Reader, name)
	w.must(err)
	signer, err1 := note.NewSigner(private)
	verifier, err2 := note.NewVerifier(public)
	w.must(err1, err2)
	return signer, verifier, public
}

// openRelease opens the logs with a witness, the beacon, the authority, the office and the scheduler.
func (w *world) openRelease(quiet *slog.Logger) {
	w.Helper()
	p := journal.Policy{Version: journal.PolicyVersion, Development: true, K: 1}
	signers, verifiers := map[string]note.Signer{}, map[string]note.Verifier{}
	signers[journal.NameDraws], verifiers[journal.NameDraws], p.Logs.Draws = w.key("chesna.example/draws")
	signers[journal.NameJournal], verifiers[journal.NameJournal], p.Logs.Journal = w.key("chesna.example/journal")
	var receipts note.Signer
	receipts, w.receipts, p.Operator = w.key("chesna.example/receipts")
	seen := w.openWitness(quiet, verifiers)
	p.Witnesses = []journal.PolicyWitness{{Key: seen.Verifier().String(), Operator: journal.SelfOperated}}
	for name := range signers {
		log, err := journal.New(journal.LogDeps{
			Name: name, Origin: verifiers[name].Name(), Signer: signers[name], Verifier: verifiers[name], Store: w.journal,
			Published: journal.NewPublishedFile(filepath.Join(w.TempDir(), name)), Witnesses: []journal.Cosigner{seen}, K: 1, Logger: quiet,
		})
		w.must(err)
		w.Cleanup(func() { w.must(log.Stop(context.Background())) })
		w.logs[name] = log
	}
	own, err := devbeacon.Open(devbeacon.Deps{Dir: w.TempDir(), Now: w.Now})
	w.must(err)
	names, err := authority.OpenFile(filepath.Join(w.TempDir(), "authority"), rand.Reader)
	w.must(err)
	chance := chance{own.Chain(), own}
	p.Authority, p.Beacons = names.VerifierKey(), chance.policy()
	w.must(p.Validate())
	public, err := p.Bytes()
	w.must(err)
	w.join(quiet, parts{chance, authorityOf{names}, proofs{w.logs[journal.NameDraws], p}, trust(public), operator{receipts}})
}

// openWitness runs a witness behind HTTP, as another house would.
func (w *world) openWitness(quiet *slog.Logger, logs map[string]note.Verifier) *journal.WitnessClient {
	w.Helper()
	dir := w.TempDir()
	key, err := witness.LoadKey(dir, "witness.example", rand.Reader, w.Now)
	w.must(err)
	server, err := witness.Open(witness.Deps{
		Dir: dir, Key: key, Logger: quiet, Logs: []note.Verifier{logs[journal.NameJournal], logs[journal.NameDraws]},
	})
	w.must(err)
	w.Cleanup(func() { w.must(server.Close()) })
	web := httptest.NewServer(server.Handler())
	w.Cleanup(web.Close)
	client, err := journal.NewWitnessClient(journal.WitnessClientDeps{URL: web.URL, Key: server.Key(), HTTP: web.Client()})
	w.must(err)
	return client
}

// join makes the office and the scheduler.
func (w *world) join(quiet *slog.Logger, p parts) {
	w.Helper()
	where, err := time.LoadLocation("Europe/Warsaw")
	w.must(err)
	catalogue, err := booking.NewCatalogue(
		[]booking.Consulate{{
			ID: post, City: booking.Text{UK: "Варшава"}, Country: booking.Text{UK: "Польща"}, CountryID: country, Location: where,
			District: []booking.District{{Country: country}}, Workdays: []capacity.Weekday{1, 2, 3, 4, 5}, Pool: booking.PoolDraw,
		}},
		[]booking.Group{{ID: group, Title: booking.Text{UK: "Паспорт"}, Minutes: 20}},
		[]booking.Service{{ID: service, Group: group, Title: booking.Text{UK: "Закордонний паспорт"}, Applicants: booking.ForSelf}},
	)
	w.must(err)
	policy := wave.Policy{
		Notice: 72 * time.Hour, Entry: 48 * time.Hour, StandbyEntry: 24 * time.Hour, StandbyEvery: 24 * time.Hour, Lead: 14 * 24 * time.Hour,
		Spread: 12 * time.Hour, Delays: draw.Standard(), Offer: 72 * time.Hour, Margin: 24 * time.Hour, OpenWithin: 24 * time.Hour,
		Pause: 14 * 24 * time.Hour, LateCancel: 48 * time.Hour, MaxChanges: 2, Witnesses: 1, Online: 100,
	}
	w.office, err = wave.NewOffice(wave.OfficeDeps{
		Catalogue: catalogue, Ledger: w.waves, Appointments: w.bookings, Authority: p.authority, Log: p.log, Acts: w.people,
		People: w.people, Trust: p.trust, Receipts: p.receipts, Policy: policy, NeedCountry: true, NeedEmail: true, Audience: origin,
		Now: w.Now, Rand: rand.Reader, Logger: quiet,
		Forget: func(context.Context, uuid.UUID, booking.GroupID, uuid.UUID) error { return nil },
	})
	w.must(err)
	w.scheduler, err = wave.NewScheduler(wave.SchedulerDeps{
		Catalogue: catalogue, Ledger: w.waves, Authority: p.authority, Beacon: p.chance, Log: p.log, Trust: p.trust, Policy: policy,
		BookingLead: 2 * time.Hour, Now: w.Now, Rand: rand.Reader, Logger: quiet,
	})
	w.must(err)
}

// publish plans a week of eight counters and has its wave announced; the clock then stands where entry has begun.
func (w *world) publish() wave.Wave {
	w.Helper()
	monday := w.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 21)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, 1)
	}
	w.setClock(monday.AddDate(0, 0, -19)) // the calendar announces a wave a week before its close
	year, number := monday.ISOWeek()
	change := booking.WeekChange{
		Consulate: post, ISOWeek: fmt.Sprintf("%d-W%02d", year, number), Plan: []byte(`{"plan":1}`),
		Actor: booking.Actor{Person: uuid.New(), Role: "officer"},
	}
	for slot := range 5 * 21 { // five days of seven hours
		start := monday.AddDate(0, 0, slot/21).Add(8*time.Hour + time.Duration(slot%21)*20*time.Minute)
		for counter := range 8 {
			change.Add = append(change.Add, booking.Seat{
				ID:        booking.SeatID(fmt.Sprintf("%s-c%d-%s-20", post, counter+1, start.Format("20060102T1504Z"))),
				Consulate: post, Counter: booking.CounterID(fmt.Sprintf("c%d", counter+1)), Group: group, Pool: booking.PoolDraw,
				Start: start, Minutes: 20, State: booking.SeatPlanned,
			})
		}
	}
	_, err := w.bookings.PublishWeek(w.Context(), change)
	w.must(err)
	n, err := w.scheduler.Plan(w.Context())
	w.must(err)
	list, err := w.office.Draws(w.Context(), wave.Filter{})
	w.must(err)
	if n != 1 || len(list) != 1 {
		w.Fatalf("%d waves announced, %d listed", n, len(list))
	}
	w.setClock(list[0].Opens.Add(time.Minute))
	return list[0]
}

// beat is one turn of the journal's sequencing and publishing.
func (w *world) beat(ctx context.Context) (added int, err error) {
	for _, log := range w.logs {
		n, err := log.Sequence(ctx)
		added += n
		if err == nil {
			_, err = log.Publish(ctx)
		}
		if err != nil {
			return added, err
		}
	}
	return added, nil
}

// rounds keeps beacon.Chain and the demo's beacon together.
var _ interface {
	Fetch(ctx context.Context, round uint64) (beacon.Round, error)
} = (*devbeacon.Beacon)(nil)
