package pgstore_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"chesna/identity"
	"chesna/identity/pgstore"
	"chesna/identity/pseudonym"
)

// checkInvariants looks at the whole database: what must hold after every step, whatever the order of steps.
func checkInvariants(t rapid.TB, pool *pgxpool.Pool) {
	t.Helper()
	var broken string
	err := pool.QueryRow(context.Background(), `
		SELECT concat_ws(', ',
			(SELECT 'a certified person has declared numbers' FROM identity.person_identifiers d
				JOIN identity.person_identifiers c USING (person)
				WHERE d.certified_at IS NULL AND c.certified_at IS NOT NULL LIMIT 1),
			(SELECT 'a number has two owners' FROM identity.person_identifiers
				GROUP BY kind, sealed HAVING count(*) > 1 LIMIT 1),
			(SELECT 'a number has no pseudonym' FROM identity.person_identifiers i
				WHERE NOT EXISTS (SELECT FROM identity.identifier_pseudonyms p WHERE p.identifier = i.id) LIMIT 1))`).Scan(&broken)
	if err != nil || broken != "" {
		t.Fatalf("%v: %s", err, broken)
	}
}

// TestAnyOrderOfCertificatesAndTyping draws a few numbers again and again, so that they collide in every way.
func TestAnyOrderOfCertificatesAndTyping(t *testing.T) {
	s, pool := newStore(t)
	h := hasher(t, key1)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		certified := map[identity.Identifier]uuid.UUID{} // the model: what a certificate has shown stays for ever
		declarer := resolver{t, s, h}.certified(tax(fmt.Sprint(round, "/declarer")))
		alike := map[string]uuid.UUID{} // whom the declarer gave a name
		some := rapid.SliceOfNDistinct(rapid.Custom(func(r *rapid.T) identity.Identifier {
			kind := rapid.SampledFrom([]identity.IdentifierKind{identity.KindRNOKPP, identity.KindUNZR, identity.KindBirthCertificate}).Draw(r, "kind")
			return identity.Identifier{Kind: kind, Value: fmt.Sprint(round, "/", rapid.IntRange(1, 3).Draw(r, "number"))}
		}), 1, 3, rapid.ID[identity.Identifier])
		r.Repeat(map[string]func(*rapid.T){
			"certificate": func(r *rapid.T) { signIn(r, s, h, certified, some.Draw(r, "numbers")) },
			"declaration": func(r *rapid.T) {
				number, name := some.Draw(r, "number")[0], fmt.Sprint(rapid.IntRange(1, 3).Draw(r, "name"))
				declare(r, s, certified, alike, declaration(h, declarer, number, name), number, name)
			},
			"": func(r *rapid.T) { checkInvariants(r, pool) },
		})
	})
}

// ownersOf are the persons the model knows for the numbers.
func ownersOf(certified map[identity.Identifier]uuid.UUID, ids []identity.Identifier) (list []uuid.UUID) {
	for _, id := range ids {
		if owner, ok := certified[id]; ok && !slices.Contains(list, owner) {
			list = append(list, owner)
		}
	}
	return list
}

func signIn(r *rapid.T, s *pgstore.Store, h *pseudonym.Hasher, certified map[identity.Identifier]uuid.UUID, ids []identity.Identifier) {
	want := ownersOf(certified, ids)
	got, err := s.ResolveCertified(context.Background(), uuid.New(), numbers(h, ids...), start)
	switch {
	case len(want) > 1:
		if identity.CodeOf(err) != identity.CodeIdentityConflict {
			r.Fatalf("want a conflict, got %v", err)
		}
		return
	case err != nil:
		r.Fatal(err)
	case len(want) == 1 && got != want[0]:
		r.Fatal("a known number signed in as another person")
	case len(want) == 0:
		for _, owner := range certified {
			if got == owner {
				r.Fatal("unknown numbers signed in as a certified person")
			}
		}
	}
	for _, id := range ids {
		certified[id] = got
	}
}

func declare(r *rapid.T, s *pgstore.Store, certified map[identity.Identifier]uuid.UUID,
	alike map[string]uuid.UUID, d identity.Declaration, number identity.Identifier, name string,
) {
	got, err := s.Declare(context.Background(), d)
	_, taken := certified[number]
	switch {
	case taken && identity.CodeOf(err) != identity.CodeInvalid:
		r.Fatalf("somebody with a certificate was declared: %v", err)
	case taken, identity.CodeOf(err) == identity.CodeRateLimited:
		return
	case err != nil:
		r.Fatal(err)
	}
	for _, owner := range certified {
		if got == owner {
			r.Fatal("a number was taken for a certified person's")
		}
	}
	if before, ok := alike[name]; ok && before != got {
		r.Fatal("one name, two applicants of one declarer")
	}
	alike[name] = got
}
