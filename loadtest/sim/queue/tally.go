package queue

// slowPace is where the slowest fifth of people begins, in standard deviations.
const slowPace = 0.8416

// count adds one wave to the tally, before its outcome changes the entries.
func (q *queue) count(in, window []int) {
	t := &q.now
	t.waves++
	t.entries += len(in)
	wins, prime, ringIn := 0, 0, 0
	for n, i := range in {
		w, won := &q.live[i], window[n] >= 0
		if won {
			wins++
			if window[n] < primeWindows {
				prime++
			}
		}
		q.countEnsured(w, won)
		if w.ring {
			ringIn++
			q.countRing(won, window[n])
		} else {
			q.countPerson(w, won)
		}
	}
	t.wins += wins
	t.ringEntries += ringIn
	if len(in) > 0 {
		share := float64(ringIn) / float64(len(in))
		t.ringDue += float64(wins) * share
		t.primeWins += prime
		t.ringPrimeDue += float64(prime) * share
	}
}

func (q *queue) countEnsured(w *waiter, won bool) {
	if q.target > 0 && w.losses >= q.target {
		q.now.ensured++
		if !won {
			q.now.missed++
		}
	}
}

func (q *queue) countRing(won bool, window int) {
	if !won {
		return
	}
	isPrime := window < primeWindows
	if isPrime || !q.ring.primeOnly {
		q.now.ringWins++
	}
	if isPrime {
		q.now.ringPrime++
	}
}

func (q *queue) countPerson(w *waiter, won bool) {
	t := &q.now
	if w.patient {
		t.patientEntries++
	}
	if !won {
		return
	}
	t.came++
	waited := min(w.losses+1, len(t.waits)-1)
	t.waits[waited]++
	if w.patient {
		t.patientWins++
		t.patientWaits[waited]++
	}
	if w.pace > slowPace {
		t.slowCame++
		t.slowWaits[waited]++
	}
}

// sum adds tallies up, but for the waits of single people, which are merged.
func sum(blocks []tally) (s tally) {
	for i := range blocks {
		b := &blocks[i]
		s.waves += b.waves
		s.wins += b.wins
		s.entries += b.entries
		s.ringWins += b.ringWins
		s.ringEntries += b.ringEntries
		s.ringDue += b.ringDue
		s.primeWins += b.primeWins
		s.ringPrime += b.ringPrime
		s.ringPrimeDue += b.ringPrimeDue
		s.patientWins += b.patientWins
		s.patientEntries += b.patientEntries
		s.ensured += b.ensured
		s.missed += b.missed
		s.came += b.came
		s.left += b.left
		s.slowCame += b.slowCame
		s.slowLeft += b.slowLeft
		for w := range s.waits {
			s.waits[w] += b.waits[w]
			s.patientWaits[w] += b.patientWaits[w]
			s.slowWaits[w] += b.slowWaits[w]
		}
	}
	return s
}
