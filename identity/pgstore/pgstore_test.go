package pgstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/keyring"
	"chesna/identity/pgstore"
	"chesna/identity/pseudonym"
)

func TestMain(m *testing.M) { servers.Main(m) }

func migrate(dsn string) error { return pgstore.Migrate(context.Background(), dsn) }

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func newStore(t *testing.T) (*pgstore.Store, *pgxpool.Pool) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), servers.Database(t, migrate))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s, err := pgstore.New(pgstore.Deps{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	return s, pool
}

const (
	key1 = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	key2 = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
)

func hasher(t *testing.T, keys string) *pseudonym.Hasher {
	t.Helper()
	ring, err := keyring.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	h, err := pseudonym.New(ring)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// number makes identifiers from "rnokpp=1" and the like.
func numbers(h *pseudonym.Hasher, list ...identity.Identifier) []identity.SealedIdentifier {
	out := make([]identity.SealedIdentifier, len(list))
	for i, id := range list {
		out[i] = identity.SealedIdentifier{Kind: id.Kind, Pseudonyms: h.Pseudonyms(id), Sealed: []byte(id.Value)}
	}
	return out
}

func tax(v string) identity.Identifier {
	return identity.Identifier{Kind: identity.KindRNOKPP, Value: v}
}

func unzr(v string) identity.Identifier {
	return identity.Identifier{Kind: identity.KindUNZR, Value: v}
}

func birth(v string) identity.Identifier {
	return identity.Identifier{Kind: identity.KindBirthCertificate, Value: v}
}

type resolver struct {
	t *testing.T
	s *pgstore.Store
	h *pseudonym.Hasher
}

func (r resolver) certified(list ...identity.Identifier) uuid.UUID {
	r.t.Helper()
	id, err := r.s.ResolveCertified(r.t.Context(), uuid.New(), numbers(r.h, list...), start)
	if err != nil {
		r.t.Fatalf("resolve certified: %v", err)
	}
	return id
}

// declaration is one as the service would make it; name stands for names and date of birth.
func declaration(h *pseudonym.Hasher, declarer uuid.UUID, number identity.Identifier, name string) identity.Declaration {
	sealed := numbers(h, number, identity.Identifier{Kind: identity.KindLikeness, Value: declarer.String() + "/" + name})
	return identity.Declaration{
		ID: uuid.New(), Declarer: declarer, Candidate: uuid.New(), Number: sealed[0], Likeness: sealed[1],
		Relation: "child", Details: []byte(name), At: start, Most: 8, Span: 24 * time.Hour,
		Agrees: func(identity.ApplicantRecord) error { return nil },
	}
}

func (r resolver) declared(declarer uuid.UUID, number identity.Identifier, name string) uuid.UUID {
	r.t.Helper()
	id, err := r.s.Declare(r.t.Context(), declaration(r.h, declarer, number, name))
	if err != nil {
		r.t.Fatalf("declare: %v", err)
	}
	return id
}

// dump shows who holds what, to see that nothing changed.
func dump(t *testing.T, pool *pgxpool.Pool) (rows []string) {
	t.Helper()
	r, err := pool.Query(t.Context(), `
		SELECT format('%s %s %s %s %s', i.person, i.kind, encode(i.sealed, 'escape'), i.certified_at IS NOT NULL, count(p))
		FROM identity.person_identifiers i LEFT JOIN identity.identifier_pseudonyms p ON p.identifier = i.id
		GROUP BY i.id UNION ALL SELECT format('person %s', id) FROM identity.persons ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for r.Next() {
		var s string
		if err := r.Scan(&s); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, s)
	}
	return rows
}

func TestMigrateTwiceAndAtOnce(t *testing.T) {
	dsn := servers.Postgres(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := pgstore.Migrate(t.Context(), dsn); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestCertificateFindsItsPersonAgain(t *testing.T) {
	s, pool := newStore(t)
	r := resolver{t, s, hasher(t, key1)}
	first := r.certified(tax("1"))
	if again := r.certified(tax("1"), unzr("A")); again != first {
		t.Fatal("another person for the same tax number")
	}
	if again := r.certified(unzr("A")); again != first {
		t.Fatal("the new number was not remembered")
	}
	if other := r.certified(unzr("1")); other == first {
		t.Fatal("a number of another kind is not the same number")
	}
	if got := len(dump(t, pool)); got != 5 {
		t.Fatalf("want 2 persons and 3 numbers, got %d rows", got)
	}
}

func TestCertificateThatJoinsTwoPersonsChangesNothing(t *testing.T) {
	s, pool := newStore(t)
	r := resolver{t, s, hasher(t, key1)}
	r.certified(tax("1"))
	r.certified(unzr("B"))
	before := dump(t, pool)
	_, err := s.ResolveCertified(t.Context(), uuid.New(), numbers(r.h, tax("1"), unzr("B"), unzr("C")), start)
	if identity.CodeOf(err) != identity.CodeIdentityConflict {
		t.Fatalf("want identity-conflict, got %v", err)
	}
	if diff := cmp.Diff(before, dump(t, pool)); diff != "" {
		t.Fatal(diff)
	}
}

func TestConcurrentFirstSignInsMakeOnePerson(t *testing.T) {
	s, pool := newStore(t)
	h := hasher(t, key1)
	sets := [][]identity.Identifier{
		{tax("1"), unzr("A")}, {unzr("A"), tax("1")}, {tax("1")}, {tax("1"), unzr("A"), birth("X")},
	}
	for round := range 20 {
		rename := func(in []identity.Identifier) []identity.Identifier {
			out := make([]identity.Identifier, len(in))
			for i, id := range in {
				out[i] = identity.Identifier{Kind: id.Kind, Value: fmt.Sprint(id.Value, "/", round)}
			}
			return out
		}
		var (
			wg  sync.WaitGroup
			got [8]uuid.UUID
		)
		for i := range got {
			wg.Go(func() {
				var err error
				got[i], err = s.ResolveCertified(t.Context(), uuid.New(), numbers(h, rename(sets[i%len(sets)])...), start)
				if err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
		for _, id := range got {
			if id != got[0] {
				t.Fatalf("round %d: two persons for one human", round)
			}
		}
	}
	var persons int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM identity.persons`).Scan(&persons); err != nil || persons != 20 {
		t.Fatalf("%d persons (%v), want 20", persons, err)
	}
}

func TestOwnersByCertificateOnly(t *testing.T) {
	s, _ := newStore(t)
	r := resolver{t, s, hasher(t, key1)}
	a := r.certified(tax("1"))
	r.declared(a, unzr("D"), "child")
	for _, c := range []struct {
		ids  []identity.Identifier
		want int
	}{{[]identity.Identifier{tax("1"), unzr("D")}, 1}, {[]identity.Identifier{unzr("D")}, 0}, {nil, 0}} {
		got, err := s.CertifiedOwners(t.Context(), numbers(r.h, c.ids...))
		if err != nil || len(got) != c.want || (c.want == 1 && got[0] != a) {
			t.Errorf("%v: %v %v", c.ids, got, err)
		}
	}
}

func TestKeyRotation(t *testing.T) {
	s, _ := newStore(t)
	old, both, fresh := hasher(t, key1), hasher(t, key1+" "+key2), hasher(t, key2)
	a := resolver{t, s, old}.certified(tax("1"))
	if (resolver{t, s, both}).certified(tax("1")) != a {
		t.Fatal("not found with both keys loaded")
	}
	b := resolver{t, s, old}.certified(tax("2"))
	if _, err := s.DropPseudonyms(t.Context(), 1); identity.CodeOf(err) != identity.CodeInvalid {
		t.Fatalf("a key was retired that is still needed: %v", err)
	}
	left, err := s.IdentifiersWithout(t.Context(), 2, 10)
	if err != nil || len(left) != 1 || string(left[0].Sealed) != "2" {
		t.Fatalf("%v %v", left, err)
	}
	for range 2 {
		if err := s.AddPseudonym(t.Context(), left[0].ID, fresh.Pseudonyms(tax("2"))[0]); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.DropPseudonyms(t.Context(), 1); err != nil || n != 2 {
		t.Fatalf("dropped %d, %v", n, err)
	}
	if (resolver{t, s, fresh}).certified(tax("1")) != a || (resolver{t, s, fresh}).certified(tax("2")) != b {
		t.Fatal("not found under the new key")
	}
}
