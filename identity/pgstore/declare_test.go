package pgstore_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/identity"
)

// refusedField is the code of the only field of a refusal.
func refusedField(t *testing.T, err error) string {
	t.Helper()
	var e *identity.Error
	if !errors.As(err, &e) || len(e.Fields) != 1 {
		t.Fatalf("want a refusal with a field, got %v", err)
	}
	return e.Fields[0].Code
}

func TestDeclaredNumbersGiveWayToACertificate(t *testing.T) {
	s, pool := newStore(t)
	r := resolver{t, s, hasher(t, key1)}
	declarer := r.certified(tax("D"))
	typed := r.declared(declarer, tax("1"), "x")
	if stranger := r.certified(tax("1"), unzr("HERS")); stranger == typed {
		t.Fatal("whoever types her number first can book in her place")
	}
	// A certificate takes over a number that was typed for somebody else.
	other := r.declared(declarer, unzr("2"), "y")
	if r.certified(tax("2")) == other || r.certified(tax("2"), unzr("2")) == other {
		t.Fatal("typing joined two people")
	}
	if r.declared(declarer, birth("B"), "x") != typed {
		t.Fatal("the declarer has got an applicant more")
	}
	// From now on nobody can declare either.
	before := dump(t, pool)
	for _, n := range []identity.Identifier{tax("1"), unzr("HERS"), unzr("2")} {
		_, err := s.Declare(t.Context(), declaration(r.h, declarer, n, "z"))
		if identity.CodeOf(err) != identity.CodeInvalid || refusedField(t, err) != "not-possible" {
			t.Fatalf("a certified person was declared: %v", err)
		}
	}
	_, err := s.Declare(t.Context(), declaration(r.h, declarer, tax("D"), "z"))
	if refusedField(t, err) != "self" {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, dump(t, pool)); diff != "" {
		t.Fatal(diff)
	}
}

func TestTypingJoinsNobody(t *testing.T) {
	s, _ := newStore(t)
	r := resolver{t, s, hasher(t, key1)}
	mother, father := r.certified(tax("M")), r.certified(tax("F"))
	child := r.declared(mother, birth("1"), "child")
	if r.declared(father, birth("1"), "child's short name") != child {
		t.Fatal("two parents, one number, two applicants")
	}
	if r.declared(mother, unzr("1"), "child") != child || r.declared(mother, tax("1"), "child") != child {
		t.Fatal("one declarer, one name, two applicants")
	}
	if r.declared(father, unzr("1"), "other") == child {
		t.Fatal("a number that was only typed beside has become the child's")
	}
	if r.declared(mother, birth("2"), "other") == child {
		t.Fatal("two children are one")
	}
}

func TestApplicantsAreBounded(t *testing.T) {
	s, _ := newStore(t)
	r := resolver{t, s, hasher(t, key1)}
	declarer := r.certified(tax("D"))
	const tries, most = 24, 3
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		people = map[uuid.UUID]bool{}
	)
	for i := range tries {
		wg.Go(func() {
			d := declaration(r.h, declarer, birth(fmt.Sprint(i)), fmt.Sprint(i))
			d.Most = most
			id, err := s.Declare(t.Context(), d)
			mu.Lock()
			defer mu.Unlock()
			var e *identity.Error
			switch {
			case err == nil:
				people[id] = true
			case !errors.As(err, &e) || e.Code != identity.CodeRateLimited || e.Reason != "applicants" || e.RetryAfter != d.Span:
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if len(people) != most {
		t.Fatalf("%d applicants, want %d", len(people), most)
	}
	list, err := s.Applicants(t.Context(), declarer)
	if err != nil || len(list) != most {
		t.Fatal(list, err)
	}
	// One of them again is always possible, and another when the first has left the span.
	d := declaration(r.h, declarer, birth("again"), string(list[0].Details))
	d.Most = most
	if id, err := s.Declare(t.Context(), d); err != nil || !people[id] {
		t.Fatal(id, err)
	}
	d = declaration(r.h, declarer, birth("late"), "late")
	d.Most, d.At = most, start.Add(d.Span-time.Second)
	var e *identity.Error
	if _, err := s.Declare(t.Context(), d); !errors.As(err, &e) || e.RetryAfter != time.Second {
		t.Fatal(err)
	}
	d.At = start.Add(d.Span)
	if _, err := s.Declare(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// Texts are composed while the names are corrected: each text has one name for ever.
func TestATextHasOneName(t *testing.T) {
	s, pool := newStore(t)
	r := resolver{t, s, hasher(t, key1)}
	declarer := r.certified(tax("D"))
	child := r.declared(declarer, birth("1"), "name 0")
	const rounds, readers = 20, 3
	names := make([]map[string]bool, rounds)
	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	for i := range rounds {
		names[i] = map[string]bool{}
		wg.Go(func() {
			if _, err := s.Declare(t.Context(), declaration(r.h, declarer, birth("1"), fmt.Sprint("name ", i))); err != nil {
				t.Error(err)
			}
		})
		for range readers {
			wg.Go(func() {
				a, err := s.ApplicantIn(t.Context(), declarer, child, fmt.Sprint("text ", i))
				if err != nil || a.Person != child {
					t.Errorf("%v %v", a, err)
				}
				mu.Lock()
				defer mu.Unlock()
				names[i][string(a.Details)] = true
			})
		}
	}
	wg.Wait()
	for i, n := range names {
		if len(n) != 1 {
			t.Errorf("text %d has the names %v", i, n)
		}
	}
	var unused int
	err := pool.QueryRow(t.Context(), `SELECT count(*) FROM identity.declarations d WHERE NOT EXISTS (
		SELECT FROM identity.declared_texts t WHERE t.declaration = d.id)`).Scan(&unused)
	if err != nil || unused > 1 {
		t.Errorf("%d declarations are kept for nothing (%v)", unused, err)
	}
	other := r.declared(declarer, birth("2"), "other")
	for _, person := range []uuid.UUID{other, declarer, uuid.New()} {
		if _, err := s.ApplicantIn(t.Context(), declarer, person, "text 1"); identity.CodeOf(err) != identity.CodePersonUnknown {
			t.Errorf("a text about another: %v", err)
		}
	}
}
