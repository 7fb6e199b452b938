package pgstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"

	"chesna/identity"
)

// TestAllAtOnce lets certificates and typing over the same few people race; refusals other than a conflict, and broken
// invariants, fail it. Certificates here never join two people, so they must not even conflict.
func TestAllAtOnce(t *testing.T) {
	s, pool := newStore(t)
	h := hasher(t, key1)
	const humans, workers, steps = 3, 6, 40
	declarers := []uuid.UUID{resolver{t, s, h}.certified(tax("D1")), resolver{t, s, h}.certified(tax("D2"))}
	person := make([]map[uuid.UUID]bool, humans)
	for i := range person {
		person[i] = map[uuid.UUID]bool{}
	}
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	for worker := range workers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			for range steps {
				n := random.IntN(humans)
				own := []identity.Identifier{tax(fmt.Sprint(n)), unzr(fmt.Sprint(n))}
				if random.IntN(3) == 0 {
					typed := []identity.Identifier{own[0], unzr(fmt.Sprint(random.IntN(humans))), birth(fmt.Sprint(random.IntN(2)))}
					d := declaration(h, declarers[random.IntN(2)], typed[random.IntN(3)], fmt.Sprint(random.IntN(humans)))
					_, err := s.Declare(context.Background(), d)
					if err != nil && identity.CodeOf(err) != identity.CodeInvalid {
						t.Errorf("typing: %v", err)
					}
					continue
				}
				// First a number or both; the tax number always, so that one human's certificates are linked.
				id, err := s.ResolveCertified(context.Background(), uuid.New(), numbers(h, own[:1+random.IntN(2)]...), start)
				if err != nil {
					t.Errorf("certificate: %v", err)
					continue
				}
				mu.Lock()
				person[n][id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	seen := map[uuid.UUID]bool{}
	for n, ids := range person {
		if len(ids) != 1 {
			t.Errorf("human %d is %d persons", n, len(ids))
		}
		for id := range ids {
			if seen[id] {
				t.Error("two humans are one person")
			}
			seen[id] = true
		}
	}
	checkInvariants(t, pool)
	var deadlocks int
	err := pool.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks)
	if err != nil || deadlocks > 0 {
		t.Errorf("%d deadlocks (%v): somebody takes locks in another order", deadlocks, err)
	}
}
