package draw

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkDraw is the great draw of the specification, stage by stage: 1,000,000 entries of mixed weights, 10,000
// seats in 64 windows. Run it with `make bench-draw`, on one core and in a process of its own, so that peak-MiB, the
// greatest memory that the process ever had, is that of the draw. The result's bytes are not in the total. On a busy
// machine cpu-ms, the core's time for all stages, says more than total-ms, the clock's.
func BenchmarkDraw(b *testing.B) {
	for _, c := range []struct {
		name     string
		families int // of 100
	}{{"Persons", 0}, {"Families", 20}} {
		b.Run(c.name, func(b *testing.B) {
			manifest, entries := great(1_000_000, 10_000, 64, c.families)
			var w watch
			for b.Loop() {
				drawInStages(b, &w, manifest, entries)
			}
			b.ReportMetric(0, "ns/op")
			w.report(b)
		})
	}
}

// drawInStages does what ParseManifest, ParseEntries and Run do, and stops the time between.
func drawInStages(b *testing.B, w *watch, manifest, entries []byte) {
	w.start()
	m, err := ParseManifest(manifest)
	e := &Entries{Rows: make([]Entry, 0, len(entries)/entryBytes)}
	h := newHasher()
	if err == nil {
		err = e.read(entries, h)
	}
	if err != nil {
		b.Fatal(err)
	}
	w.lap("parse")
	e.Root = e.root(h)
	w.lap("root")
	beacon := workedBeacon(b)
	seed := Seed("great", beacon, len(e.Rows), e.Root, m.Root)
	keys := keysOf(h, seed, e.Rows)
	w.lap("keys")
	sorted := order(keys, e.Rows)
	w.lap("order")
	window, closed := choose(m, e.Rows, sorted)
	w.lap("choose")
	seats := place(m, e.Rows, sorted, window)
	w.lap("place")
	r := newResult(m, e.Rows, sorted, keys, window, seats)
	w.lap("list")
	w.stop()
	if r.Closed = closed; len(r.Served)+len(r.Waiting) != len(e.Rows) || bits.OnesCount64(closed) == 0 {
		b.Fatal("not a draw")
	}
}

// great makes a draw's files without holding them twice.
func great(entries, seats, windows, families int) (manifest, rows []byte) {
	r := rand.New(rand.NewPCG(5, 6))
	base := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	var m bytes.Buffer
	for i := range seats {
		fmt.Fprintf(&m, "s%05d %d %s 20 c%d\n", i, i*windows/seats, base.Add(time.Duration(i/10)*20*time.Minute).Format(time.RFC3339), i%10)
	}
	rows = make([]byte, 0, entries*entryBytes)
	var nf [32]byte
	step := ^uint64(0) / uint64(entries)
	for i := range entries {
		binary.BigEndian.PutUint64(nf[:], uint64(i)*step+r.Uint64N(step)) // sorted as they come
		for k := 8; k < 32; k += 8 {
			binary.BigEndian.PutUint64(nf[k:], r.Uint64())
		}
		size := 1
		if r.IntN(100) < families {
			size = 2 + r.IntN(4)
		}
		mask := r.Uint64()&r.Uint64() | 1<<r.IntN(windows)
		rows = hex.AppendEncode(rows, nf[:])
		rows = fmt.Appendf(rows, " %d %d %d %016x\n", 1+r.IntN(8), r.IntN(100)/99, size, mask)
	}
	return m.Bytes(), rows
}

// watch adds up the time of stages.
type watch struct {
	runs   int
	last   time.Time
	cpu    time.Duration
	stages map[string]time.Duration
}

func (w *watch) start() {
	debug.FreeOSMemory() // what the last run left is not this one's
	w.runs++
	w.cpu -= cpuTime()
	if w.stages == nil {
		w.stages = map[string]time.Duration{}
	}
	w.last = time.Now()
}

func (w *watch) lap(stage string) {
	now := time.Now()
	w.stages[stage] += now.Sub(w.last)
	w.last = now
}

func (w *watch) stop() { w.cpu += cpuTime() }

func (w *watch) report(b *testing.B) {
	var sum time.Duration
	for stage, d := range w.stages {
		sum += d
		b.ReportMetric(d.Seconds()*1000/float64(w.runs), stage+"-ms")
	}
	b.ReportMetric(sum.Seconds()*1000/float64(w.runs), "total-ms")
	b.ReportMetric(w.cpu.Seconds()*1000/float64(w.runs), "cpu-ms")
	if peak := peakMiB(); peak > 0 {
		b.ReportMetric(peak, "peak-MiB")
	}
}

// peakMiB is the greatest resident memory of this process so far, as Linux counts it; 0 where it does not.
func peakMiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return 0
	}
	return kib / 1024
}

// cpuTime is what this process has had of the cores so far, to 10 ms, as Linux counts it; 0 where it does not.
func cpuTime() time.Duration {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // behind the name, which may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
