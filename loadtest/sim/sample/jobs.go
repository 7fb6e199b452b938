package sample

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

// Job is one independent piece of a study. It writes its outcome to a place of its own.
type Job struct {
	Name string
	Run  func(*rand.Rand) error
}

// RunAll works through the jobs on all processors.
func RunAll(seed uint64, jobs []Job) error {
	var (
		wg     sync.WaitGroup
		next   = make(chan int)
		faults = make([]error, len(jobs))
	)
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		wg.Go(func() {
			for i := range next {
				if err := jobs[i].Run(Dice(seed, jobs[i].Name)); err != nil {
					faults[i] = fmt.Errorf("%s: %w", jobs[i].Name, err)
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

// Dice is the random source of one job.
func Dice(seed uint64, name string) *rand.Rand {
	key := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), name...))
	return rand.New(rand.NewChaCha8(key)) //nolint:gosec // a simulation must be repeatable
}

// LogNormal is exp of a normal variable: how human delays are spread.
func LogNormal(z, median, sigma float64) float64 { return median * math.Exp(sigma*z) }

// Poisson counts arrivals; above 50 the normal approximation does.
func Poisson(rng *rand.Rand, mean float64) int {
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

// Name is what a job is called: its study and what tells it from the study's others. Its luck hangs on it.
func Name(study string, parts ...any) string { return study + "/" + fmt.Sprint(parts...) }
