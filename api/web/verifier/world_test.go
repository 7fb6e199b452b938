package verifier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"chesna/booking/draw"
)

// story is a draw as it could have gone. The zero value of each wish is honesty; a test bends one of them.
type story struct {
	k         *trust
	short     bool // delays of seconds, development beacon and policy
	self      bool // all witnesses are the operator's
	fallbacks int  // attempts made void
	leaf      func(kind string, leaf map[string]any)
	cosign    func(kind string, at map[string]time.Time)
	before    func(s *story, l *tree, files map[string][]byte) // the result is logged
	bend      func(files map[string][]byte)                    // the line files, before they are closed
	result    func(result []byte) []byte
	round     func(n uint64) uint64
	stampAt   time.Duration
	receipt   []byte
	policy    []byte
	closes    time.Time
	opens     time.Time
	seq       int64
}

const (
	drawID  = "waw-passport-2026w50"
	seats   = 12
	entries = 30
)

func canonical(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v) // maps are written with sorted keys
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func digest(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// lineFiles makes the seats and the entries: nf and everything else is a hash of a number.
func lineFiles() map[string][]byte {
	files := map[string][]byte{}
	base := time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)
	var m bytes.Buffer
	for i := range seats {
		fmt.Fprintf(&m, "s%03d %d %s 20 c1\n", i, i/6, base.Add(time.Duration(i)*20*time.Minute).Format(time.RFC3339))
	}
	rows, persons := make([]string, entries), []string{}
	for i := range rows {
		nf, size := digest(fmt.Append(nil, "nf", i)), 1+i%10/8
		rows[i] = fmt.Sprintf("%s %d %d %d %016x\n", nf, 1+i%8, i%7/6, size, []uint64{1, 2, 3, 7}[i%4])
		for j := range size {
			persons = append(persons, digest(fmt.Append(nil, "person", i, j))+" "+nf+"\n")
		}
	}
	sort.Strings(rows)
	sort.Strings(persons)
	var b strings.Builder
	for i := range rows {
		b.WriteString(binding(i) + "\n")
	}
	files["manifest"] = m.Bytes()
	files["entries"] = []byte(strings.Join(rows, ""))
	files["persons"] = []byte(strings.Join(persons, ""))
	files["bindings"] = []byte(b.String())
	return files
}

// closing is when every draw of these tests closes.
func closing() time.Time { return time.Date(2026, 12, 4, 9, 0, 0, 0, time.UTC) }

// tell makes the bundle of the story.
func (s *story) tell(t testing.TB) map[string][]byte {
	t.Helper()
	s.closes = closing()
	s.opens = s.closes.Add(-49 * time.Hour)
	files := lineFiles()
	m, err := draw.ParseManifest(files["manifest"])
	if err != nil {
		t.Fatal(err)
	}
	s.policy = canonical(t, s.trustPolicy())
	files["policy.json"] = s.policy
	log := &tree{}
	for range 12 {
		log.add(t, []byte(`{"another":"draw"}`))
	}
	announced := s.closes.Add(-100 * time.Hour)
	s.add(t, log, files, announced, map[string]any{
		"announced": stamped(announced), "beacon": s.k.chain(s.short), "closes": stamped(s.closes), "consulate": "waw", "delays": s.delays(), "drawID": drawID, "group": "passport",
		"guarantee": map[string]any{"draws": 1, "entries": 4, "giveUp": "0.1000", "rho": "1.2500", "t": 3}, "isoWeek": "2026-W50", "kind": "main", "manifestRoot": hex.EncodeToString(m.Root[:]),
		"opens": stamped(s.opens), "parent": "", "policy": digest(s.policy), "pool": "draw", "predecessor": "waw-passport-2026w49", "round": s.roundOf(0), "rule": "chesna/draw/v1", "type": "announcement",
		"windows": []any{
			map[string]any{"from": "2026-12-07T08:00:00Z", "label": "2026-12-07 am", "number": 0, "seats": 6, "to": "2026-12-07T09:40:00Z"},
			map[string]any{"from": "2026-12-07T10:00:00Z", "label": "2026-12-07 pm", "number": 1, "seats": 6, "to": "2026-12-07T11:40:00Z"},
		},
	})
	if s.bend != nil {
		s.bend(files)
	}
	s.finish(t, log, files, m)
	return files
}

// finish closes, draws and publishes.
func (s *story) finish(t testing.TB, log *tree, files map[string][]byte, m *draw.Manifest) {
	t.Helper()
	e, err := draw.ParseEntries(files["entries"])
	if err != nil {
		t.Fatal(err)
	}
	weights, sum := make([]int, 8), 0
	for _, row := range e.Rows {
		weights[row.Weight-1]++
		sum += row.Weight
	}
	s.add(t, log, files, s.closes.Add(5*time.Second), map[string]any{
		"bindingsSha256": digest(files["bindings"]), "closed": stamped(s.closes), "drawID": drawID, "entriesRoot": hex.EncodeToString(e.Root[:]), "entriesSha256": digest(files["entries"]),
		"fallback": 0, "manifestRoot": hex.EncodeToString(m.Root[:]), "n": len(e.Rows), "personsSha256": digest(files["persons"]), "sumW": sum, "type": "close", "weights": weights,
	})
	for f := 1; f <= s.fallbacks; f++ {
		s.add(t, log, files, s.timeOf(s.roundOf(f-1)).Add(-20*time.Second), map[string]any{"attempt": f, "drawID": drawID, "reason": "cosignatures", "round": s.roundOf(f), "type": "void"})
	}
	if s.before != nil {
		s.before(s, log, files)
	}
	round := s.roundOf(s.fallbacks)
	if s.round != nil {
		round = s.round(round)
	}
	signature := s.k.round(t, round)
	b := draw.Beacon{ChainHash: s.k.chainHash, Round: round}
	copy(b.Signature[:], signature)
	r, err := draw.Run(drawID, b, m, e)
	if err != nil {
		t.Fatal(err)
	}
	files["result"] = r.Bytes()
	if s.result != nil {
		files["result"] = s.result(r.Bytes())
	}
	files["beacon.json"] = fmt.Appendf(nil, `{"round":%d,"randomness":"%s","signature":"%x"}`+"\n", round, digest(signature), signature)
	s.add(t, log, files, s.timeOf(round).Add(10*time.Second), map[string]any{
		"attempt": s.fallbacks, "drawID": drawID, "manifestRoot": hex.EncodeToString(m.Root[:]), "resultSha256": digest(files["result"]), "round": round,
		"seed": hex.EncodeToString(r.Seed[:]), "signature": hex.EncodeToString(signature), "type": "result",
	})
	files["authority"] = sign(t, fmt.Sprintf("chesna/authority/v1\n%s\n%d\nentries %s\nbindings %s\npersons %s\n", drawID, len(e.Rows), digest(files["entries"]), digest(files["bindings"]), digest(files["persons"])), s.k.authority)
	s.receipt = s.receiptFor(t, files, 5, 2)
}

// receiptFor is the receipt of an entry of the files.
func (s *story) receiptFor(t testing.TB, files map[string][]byte, row, rev int) []byte {
	t.Helper()
	line := strings.Split(string(files["entries"]), "\n")[row]
	c := strings.Split(string(files["bindings"]), "\n")[row]
	return sign(t, fmt.Sprintf("chesna/receipt/v1\n%s\n%d\n2026-12-03T10:00:00Z\n%s\n%s\n", drawID, rev, line, c), s.k.operator)
}

// withOpening is the story's receipt as the API gives it.
func (s *story) withOpening(t testing.TB) []byte {
	t.Helper()
	return canonical(t, map[string]any{"receipt": string(s.receipt), "request": []byte(request(5)), "opening": fmt.Sprintf("%064x", 5)})
}

// request is what an entry's citizen signed; with 32 bytes that are her number it gives the binding.
func request(i int) string {
	return fmt.Sprintf("Заявка на участь у жеребкуванні, %d", i)
}

func binding(i int) string {
	opening := make([]byte, 32)
	opening[31] = byte(i)
	return digest(append([]byte(request(i)), opening...))
}

func stamped(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

func (s *story) delays() map[string]any {
	if s.short {
		return map[string]any{"deadline": 30, "fallback": 3600, "round": 60}
	}
	return map[string]any{"deadline": 300, "fallback": 86400, "round": 600}
}

func (s *story) roundOf(f int) uint64 {
	d := s.delays()
	at := s.closes.Unix() + int64(f*d["fallback"].(int)+d["round"].(int))
	return 1 + uint64((at-s.k.genesis+s.k.period-1)/s.k.period)
}

func (s *story) timeOf(round uint64) time.Time {
	return time.Unix(s.k.genesis+s.k.period*int64(round-1), 0)
}

func (s *story) trustPolicy() map[string]any {
	var witnesses []any
	for i, w := range s.k.witnesses {
		who := []string{"the district court", "a newspaper", "self"}[i]
		if s.self {
			who = "self"
		}
		witnesses = append(witnesses, map[string]any{"key": w.vkey, "operator": who})
	}
	return map[string]any{
		"authority": s.k.idKey, "beacons": []any{s.k.chain(s.short)}, "development": s.short, "k": 2, "logs": map[string]any{"draws": s.k.logKey, "journal": s.k.journalKey},
		"operator": s.k.operatorKey, "tsaRoots": []any{"MAA="}, "version": "chesna/policy/v1", "witnesses": witnesses,
	}
}

// add logs a leaf, has the log's head cosigned and stamped, and puts all three into the bundle. Other draws' leaves
// stand between.
func (s *story) add(t testing.TB, log *tree, files map[string][]byte, at time.Time, leaf map[string]any) {
	t.Helper()
	kind := leaf["type"].(string)
	leaf["seq"] = log.size
	if s.leaf != nil {
		s.leaf(kind, leaf)
	}
	s.seq = log.size
	b := canonical(t, leaf)
	log.add(t, b)
	cosigned := map[string]time.Time{}
	for i, w := range s.k.witnesses {
		cosigned[w.name] = at.Add(time.Duration(2+i) * time.Second)
	}
	if s.cosign != nil {
		s.cosign(kind, cosigned)
	}
	name := fmt.Sprintf("leaves/%d", s.seq)
	proof, text := log.proof(t, s.k, s.seq, cosigned)
	files[name+".json"], files[name+".proof"] = b, proof
	files[name+".tsr"] = stamp(t, text, at.Add(time.Second+s.stampAt))
	for i := range 3 {
		log.add(t, fmt.Append(nil, `{"another":`, i, `}`))
	}
}

// names of a bundle's files, sorted.
func names(files map[string][]byte) []string {
	out := make([]string, 0, len(files))
	for name := range files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
