package opening

import "time"

// Calls says how many places are called now, and from when the pace is counted on: as many as the pace has allowed since
// pacedAt, as wait, and as there are free seats beyond those kept for people whose turn runs. What the pace allowed and
// nobody used is not saved up.
func Calls(now, pacedAt time.Time, perMinute, waiting, free, active int) (n int, paced time.Time) {
	interval := time.Minute / time.Duration(max(perMinute, 1))
	allowed := max(0, int(now.Sub(pacedAt)/interval))
	if n = min(allowed, waiting, max(0, free-active)); n < allowed {
		return n, now
	}
	return n, pacedAt.Add(time.Duration(n) * interval)
}

// Wait is how long somebody with so many before her waits at the full pace.
func Wait(ahead, perMinute int) time.Duration {
	return time.Duration(ahead) * time.Minute / time.Duration(max(perMinute, 1))
}

// The bounds of how long to wait before looking again.
const (
	soonest = 5 * time.Second
	latest  = time.Minute
)

// PollAfter is when to look again for who expects to wait so long: seldom while it is long, more often when it gets short.
// A ticket spreads those who wait for the same instant.
func PollAfter(wait time.Duration, t Ticket) time.Duration {
	d := min(max(wait/10, soonest), latest)
	return (d + d*time.Duration(t[0])/1024).Truncate(time.Second)
}

// Rounded is a number of people as it is told in public: exact to ten, then in tens, hundreds, thousands, rounded up.
func Rounded(n int) int {
	if n <= 10 {
		return max(n, 0)
	}
	unit := 10
	for n > 100*unit {
		unit *= 10
	}
	return (n + unit - 1) / unit * unit
}
