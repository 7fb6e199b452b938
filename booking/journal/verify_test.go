package journal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
)

// readOf reads stored hashes from memory.
func readOf(hashes []tlog.Hash) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			out[i] = hashes[index]
		}
		return out, nil
	})
}

// TestTreesOfAnySizes: growing step by step gives the root of RFC 6962 (by another implementation), and proofs of inclusion
// and consistency hold; with one bit changed they do not.
func TestTreesOfAnySizes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head, hashes, r := journal.EmptyHead(), []tlog.Hash(nil), &journal.Range{}
		heads := []journal.Head{head}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 300), 1, 5).Draw(t, "steps") {
			leaves := journaltest.Leaves(int(head.Size), n)
			grown, more, err := journal.Grow(head, leaves, readOf(hashes))
			if err != nil {
				t.Fatal(err)
			}
			for _, leaf := range leaves {
				r.Add(tlog.RecordHash(leaf))
			}
			if head, hashes = grown, append(hashes, more...); head != r.Head() || int64(len(hashes)) != tlog.StoredHashCount(head.Size) {
				t.Fatalf("%v, the leaves one by one give %v", head, r.Head())
			}
			heads = append(heads, head)
		}
		old := rapid.SampledFrom(heads).Draw(t, "old")
		var proof []tlog.Hash
		if old.Size > 0 && old.Size < head.Size {
			var err error
			if proof, err = tlog.ProveTree(head.Size, old.Size, readOf(hashes)); err != nil {
				t.Fatal(err)
			}
		}
		if err := journal.CheckConsistency(old.Size, old.Root, head.Size, head.Root, proof); err != nil {
			t.Fatalf("from %d to %d: %v", old.Size, head.Size, err)
		}
		bad := head.Root
		bad[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		if old.Size > 0 && journal.CheckConsistency(old.Size, old.Root, head.Size, bad, proof) == nil {
			t.Fatal("another root passes")
		}
		if old.Size > 0 && old.Size < head.Size && journal.CheckConsistency(old.Size, bad, head.Size, head.Root, proof) == nil {
			t.Fatal("another old root passes")
		}
		if _, _, err := journal.Grow(journal.Head{Size: head.Size, Root: bad}, nil, readOf(hashes)); journal.CodeOf(err) != journal.CodeCorrupt {
			t.Fatalf("a root that the hashes do not give: %v", err)
		}
	})
}

// signed is a checkpoint of the invented log over n leaves, signed by it and by those witnesses.
func signed(t testing.TB, n int, witnesses ...note.Signer) []byte {
	t.Helper()
	signer, _, _ := journaltest.LogKey(t, journaltest.Origin, 0)
	head, _, err := journal.Grow(journal.EmptyHead(), journaltest.Draws(0, n), nil)
	if err != nil {
		t.Fatal(err)
	}
	text := journal.Checkpoint{Origin: journaltest.Origin, Size: head.Size, Root: head.Root}.Text()
	msg, err := note.Sign(&note.Note{Text: text}, append([]note.Signer{signer}, witnesses...)...)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

func testPolicy(t testing.TB) journal.Policy {
	t.Helper()
	_, _, draws := journaltest.LogKey(t, journaltest.Origin, 0)
	_, _, all := journaltest.LogKey(t, "log.example/journal", 0)
	_, _, operator := journaltest.LogKey(t, "operator", 0)
	_, _, authority := journaltest.LogKey(t, "authority", 0)
	p := journal.Policy{
		Authority: authority, Operator: operator, Logs: journal.PolicyLogs{Draws: draws, Journal: all}, K: 2, TSARoots: []string{"MAA="},
		Beacons: []journal.PolicyBeacon{{ChainHash: strings.Repeat("5", 64), ID: "quicknet", Period: 3, Scheme: "s", PublicKey: "00", GenesisSeed: "00"}},
		Version: journal.PolicyVersion,
	}
	for i := range 3 {
		p.Witnesses = append(p.Witnesses, journal.PolicyWitness{Key: journaltest.WitnessKey(t, fmt.Sprintf("w%d", i)).String(), Operator: "court"})
	}
	return p
}

func TestPolicyIsOneFile(t *testing.T) {
	p := testPolicy(t)
	file, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := journal.ParsePolicy(file)
	if err != nil {
		t.Fatal(err)
	}
	one, err1 := p.SHA256()
	two, err2 := again.SHA256()
	if one != two || err1 != nil || err2 != nil {
		t.Error("the hash of the same policy differs")
	}
	for name, change := range map[string]func([]byte) []byte{
		"a space":         func(b []byte) []byte { return bytes.Replace(b, []byte(":"), []byte(": "), 1) },
		"a last line end": func(b []byte) []byte { return append(b, '\n') },
		"an unknown key":  func(b []byte) []byte { return bytes.Replace(b, []byte(`"k":`), []byte(`"j":1,"k":`), 1) },
		"a missing key":   func(b []byte) []byte { return bytes.Replace(b, []byte(`"development":false,`), nil, 1) },
		"a second value":  func(b []byte) []byte { return append(b, "{}"...) },
		"another version": func(b []byte) []byte { return bytes.Replace(b, []byte("policy/v1"), []byte("policy/v2"), 1) },
		"nothing":         func([]byte) []byte { return nil },
		"null":            func([]byte) []byte { return []byte("null") },
	} {
		if _, err := journal.ParsePolicy(change(bytes.Clone(file))); journal.CodeOf(err) != journal.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPolicyNamesWhoCanBeTrusted(t *testing.T) {
	for name, change := range map[string]func(*journal.Policy){
		"half of the witnesses": func(p *journal.Policy) { p.K = 1 },
		"more than all":         func(p *journal.Policy) { p.K = 4 },
		"no witness":            func(p *journal.Policy) { p.K, p.Witnesses = 0, nil },
		"a witness twice":       func(p *journal.Policy) { p.Witnesses[2] = p.Witnesses[0] },
		"a witness of nobody":   func(p *journal.Policy) { p.Witnesses[0].Operator = "" },
		"a log's key as a witness's": func(p *journal.Policy) {
			p.Witnesses[0].Key = p.Logs.Draws
		},
		"a witness's key as a log's": func(p *journal.Policy) { p.Logs.Draws = p.Witnesses[0].Key },
		"two logs of one origin":     func(p *journal.Policy) { p.Logs.Journal = p.Logs.Draws },
		"no authority":               func(p *journal.Policy) { p.Authority = "" },
		"a root that is none":        func(p *journal.Policy) { p.TSARoots[0] = "?" },
		"a chain that is none":       func(p *journal.Policy) { p.Beacons[0].ChainHash = "" },
	} {
		p := testPolicy(t)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		if change(&p); journal.CodeOf(p.Validate()) != journal.CodeInvalid {
			t.Errorf("%s passes", name)
		}
	}
}

func TestCosignedCountsEachKnownWitnessOnce(t *testing.T) {
	p := testPolicy(t)
	log, err := p.Log(journal.NameDraws)
	if err != nil {
		t.Fatal(err)
	}
	w0, w1, stranger := journaltest.WitnessKey(t, "w0"), journaltest.WitnessKey(t, "w1"), journaltest.WitnessKey(t, "stranger")
	msg := signed(t, 7, stranger, w1, w0)
	lines := bytes.SplitAfter(msg, []byte("\n"))
	msg = append(msg, lines[len(lines)-2]...) // a witness's line once more
	c, cosigned, err := p.Cosigned(msg, log)
	if err != nil || c.Size != 7 || len(cosigned) != 2 {
		t.Fatalf("%+v %+v %v", c, cosigned, err)
	}
	if cosigned[0].Witness != "w0" || cosigned[1].Witness != "w1" || !cosigned[0].Time.Equal(journaltest.Now()) || cosigned[0].Operator != "court" {
		t.Errorf("%+v", cosigned)
	}
	other, err := p.Log(journal.NameJournal)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Cosigned(msg, other); journal.CodeOf(err) != journal.CodeSignature {
		t.Errorf("a checkpoint of the other log: %v", err)
	}
	unsigned := []byte(strings.Replace(string(signed(t, 7, w0)), string(lines[4]), "", 1))
	if _, _, err := p.Cosigned(unsigned, log); journal.CodeOf(err) != journal.CodeSignature {
		t.Errorf("a checkpoint that only a witness signed: %v", err)
	}
	for i, msg := 0, signed(t, 7, w1, w0); i < len(msg); i++ {
		changed := bytes.Clone(msg)
		changed[i] ^= 1
		if _, found, err := p.Cosigned(changed, log); err == nil && len(found) == 2 {
			t.Fatalf("byte %d (%q) can be changed", i, msg[i])
		}
	}
}

func TestKeysHaveOneForm(t *testing.T) {
	_, _, log := journaltest.LogKey(t, journaltest.Origin, 0)
	w := journaltest.WitnessKey(t, "w0").String()
	for name, key := range map[string]string{
		"empty": "", "a witness's": w, "no hash": "name++AAAA", "upper case": strings.ToUpper(log), "a space": " " + log,
		"another hash": strings.Replace(log, "+", "+0", 1), "another name": "x" + log,
	} {
		if _, err := journal.NewVerifier(key); journal.CodeOf(err) != journal.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := journal.NewCosigning(log); journal.CodeOf(err) != journal.CodeInvalid {
		t.Errorf("a log's key as a witness's: %v", err)
	}
	if c, err := journal.NewCosigning(w); err != nil || c.String() != w {
		t.Errorf("%v %v", c, err)
	}
}

func TestCanonicalJSON(t *testing.T) {
	got, err := journal.Canonical(map[string]any{"б": "є<>&\u2028", "a": []int{1, -2}, "B": map[string]any{}})
	if want := "{\"B\":{},\"a\":[1,-2],\"б\":\"є<>&\u2028\"}"; err != nil || string(got) != want {
		t.Errorf("%s %v, want %s", got, err, want)
	}
	for _, bad := range []any{1.5, 1e300, int64(1) << 53, json.Number("-0"), json.RawMessage(`1e2`)} {
		if got, err := journal.Canonical(bad); journal.CodeOf(err) != journal.CodeInvalid {
			t.Errorf("%v: %s %v", bad, got, err)
		}
	}
	for text, want := range map[string]bool{`{"a":1}`: true, `{"a": 1}`: false, `{"a":1,"a":2}`: false, ``: false, `1 2`: false, `"\u0061"`: false} {
		if journal.IsCanonical([]byte(text)) != want {
			t.Errorf("%q: canonical is not %v", text, want)
		}
	}
}

func TestAnEventsLeafCanBeRecomputed(t *testing.T) {
	e := booking.Event{
		Seq: 9, ID: uuid.MustParse("11111111-1111-4111-8111-111111111111"), At: time.Date(2026, 12, 7, 10, 20, 0, 999, time.FixedZone("", 7200)),
		Type: booking.EventBooked, Actor: booking.Actor{Person: uuid.MustParse("22222222-2222-4222-8222-222222222222"), Role: "citizen"},
		Consulate: "waw", Seat: "waw-c1", Data: map[string]string{"reason": "<сама>"},
	}
	event, err := journal.EventJSON(e)
	want := `{"actor":"22222222-2222-4222-8222-222222222222","appointment":"","at":"2026-12-07T08:20:00Z","consulate":"waw","data":{"reason":"<сама>"},` +
		`"id":"11111111-1111-4111-8111-111111111111","role":"citizen","seat":"waw-c1","subject":"","type":"appointment.booked"}`
	if err != nil || string(event) != want {
		t.Fatalf("%s %v\nwant %s", event, err, want)
	}
	leaf, err := journal.EventLeaf(event, make([]byte, 32))
	if err != nil || !journal.IsCanonical(leaf) || !strings.HasSuffix(string(leaf), `","type":"event"}`) {
		t.Errorf("%s %v", leaf, err)
	}
	if _, err := journal.EventLeaf(event, nil); journal.CodeOf(err) != journal.CodeInvalid {
		t.Errorf("a leaf without blinding: %v", err)
	}
}
