package entries_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
	"chesna/identity/devqtsp"
)

// citizen is one of those who enter.
type citizen struct {
	person    uuid.UUID
	spec      devqtsp.PersonSpec
	signature []byte
}

// each does something for each of n, from as many goroutines as there are processors, and fails the benchmark on an error.
func each(b *testing.B, n int, do func(i int) error) { eachFrom(b, runtime.GOMAXPROCS(0), n, do) }

// eachFrom is each with so many callers at once.
func eachFrom(b *testing.B, callers, n int, do func(i int) error) {
	b.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	next, failures := 0, 0
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= n && failures < 10
	}
	for range callers {
		wg.Go(func() {
			for i, more := take(); more; i, more = take() {
				if err := do(i); err != nil {
					mu.Lock()
					failures++
					mu.Unlock()
					b.Errorf("%d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	if failures > 0 {
		b.FailNow()
	}
}

// certify invents n people and certifies them.
func (w *world) certify(n int) []citizen {
	w.Helper()
	people := make([]citizen, n)
	each(w.B, n, func(i int) error {
		birth := time.Date(1950, 1, 1+i/500, 0, 0, 0, 0, time.UTC)
		people[i] = citizen{person: uuid.New(), spec: devqtsp.PersonSpec{
			Name: fmt.Sprintf("citizen-%d", i), Surname: "Вигадана", GivenName: "Олена", Patronymic: "Петрівна",
			RNOKPP: devqtsp.RNOKPP(birth, i%500, true), UNZR: fmt.Sprintf("%s-%05d", birth.Format("20060102"), i%500),
			Roles: []devqtsp.Role{devqtsp.Citizen}, Key: devqtsp.P256,
		}}
		return w.qtsp.Enrol(people[i].spec, w.Now())
	})
	return people
}

// register writes the people as their first sign-ins would have left them.
func (w *world) register(people []citizen) {
	w.Helper()
	type numbers struct {
		sealed [][]byte
		ids    []identity.Identifier
	}
	rows, names, at := make([]numbers, len(people)), make([][]byte, len(people)), w.Now()
	each(w.B, len(people), func(i int) (err error) {
		p := people[i]
		full, err := json.Marshal(identity.Names{Surname: p.spec.Surname, GivenName: p.spec.GivenName, Patronymic: p.spec.Patronymic})
		if err != nil {
			return err
		}
		if names[i], err = w.box.Seal(identity.SealNames, p.person[:], full); err != nil {
			return err
		}
		rows[i].ids = identity.Assertion{RNOKPP: p.spec.RNOKPP, UNZR: p.spec.UNZR}.Identifiers()
		for _, id := range rows[i].ids {
			sealed, err := w.box.Seal(identity.SealIdentifier, []byte(id.Kind), []byte(id.Value))
			if err != nil {
				return err
			}
			rows[i].sealed = append(rows[i].sealed, sealed)
		}
		return nil
	})
	var persons, identifiers, hashes [][]any
	for i, p := range people {
		persons = append(persons, []any{p.person, at, names[i], country, at, "uk"})
		for k, id := range rows[i].ids {
			row := uuid.New()
			identifiers = append(identifiers, []any{row, p.person, string(id.Kind), rows[i].sealed[k], at, at})
			for _, h := range w.hasher.Pseudonyms(id) {
				hashes = append(hashes, []any{string(id.Kind), int32(h.KeyVersion), h.MAC[:], row})
			}
		}
	}
	w.copyIn("persons", []string{"id", "created_at", "names", "country", "country_set_at", "language"}, persons)
	w.copyIn("person_identifiers", []string{"id", "person", "kind", "sealed", "declared_at", "certified_at"}, identifiers)
	w.copyIn("identifier_pseudonyms", []string{"kind", "key_version", "hmac", "identifier"}, hashes)
}

func (w *world) copyIn(table string, columns []string, rows [][]any) {
	w.Helper()
	if _, err := w.pool.CopyFrom(w.Context(), pgx.Identifier{"identity", table}, columns, pgx.CopyFromRows(rows)); err != nil {
		w.Fatal(err)
	}
	if _, err := w.pool.Exec(w.Context(), "ANALYZE identity."+table); err != nil {
		w.Fatal(err)
	}
}

// newAuthority is the trust service with nobody but one clerk yet.
func newAuthority(b *testing.B, now time.Time) *devqtsp.Authority {
	b.Helper()
	a, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: devqtsp.DefaultPeople()[:1]})
	if err != nil {
		b.Fatal(err)
	}
	return a
}
