package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// job is one independent piece of a study. It writes its outcome to a place of its own.
type job struct {
	name string
	run  func(*rand.Rand) error
}

// runAll works through the jobs on all processors.
func runAll(seed uint64, jobs []job) error {
	var (
		wg     sync.WaitGroup
		next   = make(chan int)
		faults = make([]error, len(jobs))
	)
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		wg.Go(func() {
			for i := range next {
				if err := jobs[i].run(dice(seed, jobs[i].name)); err != nil {
					faults[i] = fmt.Errorf("%s: %w", jobs[i].name, err)
				}
			}
		})
	}
	for i := range jobs {
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(faults...)
}

// dice is the random source of one job.
func dice(seed uint64, name string) *rand.Rand {
	key := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), name...))
	return rand.New(rand.NewChaCha8(key)) //nolint:gosec // a simulation must be repeatable
}

// logNormal is exp of a normal variable: how human delays are spread.
func logNormal(z, median, sigma float64) float64 { return median * math.Exp(sigma*z) }

// poisson counts arrivals; above 50 the normal approximation does.
func poisson(rng *rand.Rand, mean float64) int {
	if mean > 50 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*rng.NormFloat64())))
	}
	n, left := 0, mean
	for {
		left -= rng.ExpFloat64()
		if left < 0 {
			return n
		}
		n++
	}
}
