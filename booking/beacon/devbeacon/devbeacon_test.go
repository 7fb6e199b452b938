package devbeacon_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	circl "github.com/cloudflare/circl/ecc/bls12381"

	"chesna/booking/beacon"
	"chesna/booking/beacon/devbeacon"
)

// clock is a time that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func open(t *testing.T, dir string, c *clock) *devbeacon.Beacon {
	t.Helper()
	b, err := devbeacon.Open(devbeacon.Deps{Dir: dir, Period: time.Second, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func start(t *testing.T) (*devbeacon.Beacon, *clock) {
	c := &clock{at: time.Unix(1_800_000_000, 5)}
	return open(t, filepath.Join(t.TempDir(), "beacon"), c), c
}

func TestRoundsVerifyAndComeInTime(t *testing.T) {
	b, c := start(t)
	chain := b.Chain()
	if !chain.Development() || chain.Period != time.Second || chain.Genesis.Unix() != 1_800_000_000 {
		t.Errorf("%+v", chain.Describe())
	}
	again, err := beacon.FromDescription(chain.Describe())
	if err != nil || again.Hash != chain.Hash || !again.Development() {
		t.Fatal(err)
	}
	c.set(chain.TimeOf(40))
	for _, round := range []uint64{1, 2, 40} {
		r, err := b.Fetch(t.Context(), round)
		if err != nil || r.Number != round {
			t.Fatal(err)
		}
		if err := again.Verify(round, r.Signature[:]); err != nil {
			t.Error(err)
		}
		if again.Verify(round+1, r.Signature[:]) == nil || beacon.Quicknet().Verify(round, r.Signature[:]) == nil {
			t.Error("the signature is good for another round or chain")
		}
	}
	if _, err := b.Fetch(t.Context(), 41); !errors.Is(err, beacon.ErrNotYet) {
		t.Error(err)
	}
	if _, err := b.Fetch(t.Context(), 0); err == nil {
		t.Error("round 0")
	}
}

// The relay client reads the handler as it reads drand's relays.
func TestServedAsARelay(t *testing.T) {
	b, c := start(t)
	s := httptest.NewServer(b.Handler())
	defer s.Close()
	chain := b.Chain()
	c.set(chain.TimeOf(8).Add(-time.Nanosecond))
	client := func(at time.Time) *beacon.Client {
		k, err := beacon.NewClient(beacon.ClientDeps{Chain: chain, Relays: []string{s.URL}, Now: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	if r, err := client(c.now()).Fetch(t.Context(), 7); err != nil || r.Number != 7 {
		t.Error(err)
	}
	if _, err := client(chain.TimeOf(100)).Fetch(t.Context(), 8); !errors.Is(err, beacon.ErrNotYet) {
		t.Error("the clock was not asked:", err)
	}
	base := fmt.Sprintf("%s/%x", s.URL, chain.Hash)
	for path, want := range map[string]int{
		base + "/public/7": 200, base + "/public/8": 404, base + "/public/0": 404, base + "/public/07": 400, base + "/public/x": 400,
		base + "/public/latest": 200, base + "/info": 200, s.URL + strings.Repeat("/00", 1) + "/public/7": 404, base: 404,
		base + "/public/18446744073709551615": 404,
	} {
		if status, _ := get(t, path); status != want {
			t.Errorf("%s: %d, want %d", strings.TrimPrefix(path, base), status, want)
		}
	}
	_, body := get(t, base+"/public/latest")
	if r, err := beacon.ParseRound(body); err != nil || r.Number != 7 {
		t.Errorf("latest: %s", body)
	}
	var info struct {
		Hash      string `json:"hash"`
		SchemeID  string `json:"schemeID"`
		Period    int
		PublicKey string `json:"public_key"`
		GenesisAt int64  `json:"genesis_time"`
		GroupHash string `json:"groupHash"`
		Metadata  struct{ BeaconID string }
	}
	_, body = get(t, base+"/info")
	d := chain.Describe()
	if err := json.Unmarshal(body, &info); err != nil || info.Hash != d.ChainHash || info.SchemeID != d.Scheme || info.PublicKey != d.PublicKey ||
		info.Period != 1 || info.GenesisAt != d.Genesis || info.GroupHash != d.GenesisSeed || info.Metadata.BeaconID != devbeacon.ID {
		t.Errorf("%v: %s", err, body)
	}
	c.set(chain.Genesis.Add(-time.Second))
	if status, _ := get(t, base+"/public/latest"); status != 404 {
		t.Error("a latest round before the first:", status)
	}
}

// An independent library agrees with the signatures.
func TestCirclAgrees(t *testing.T) {
	b, c := start(t)
	c.set(b.Chain().TimeOf(9))
	r, err := b.Fetch(t.Context(), 9)
	if err != nil {
		t.Fatal(err)
	}
	var signature, point circl.G1
	var key circl.G2
	message := sha256.Sum256([]byte{0, 0, 0, 0, 0, 0, 0, 9})
	point.Hash(message[:], []byte("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"))
	if err := errors.Join(signature.SetBytes(r.Signature[:]), key.SetBytes(b.Params().PublicKey)); err != nil {
		t.Fatal(err)
	}
	if !circl.Pair(&signature, circl.G2Generator()).IsEqual(circl.Pair(&point, &key)) {
		t.Error("the signature does not verify")
	}
}

func get(t *testing.T, url string) (int, []byte) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, b
}

func TestTheChainStays(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	dir := t.TempDir()
	first := open(t, dir, c)
	c.set(time.Unix(1_900_000_000, 0))
	second := open(t, dir, c)
	if first.Chain().Hash != second.Chain().Hash {
		t.Error("the chain changed")
	}
	if b, err := devbeacon.Open(devbeacon.Deps{Dir: dir, Now: c.now}); err != nil || b.Chain().Period != time.Second {
		t.Error(err)
	}
	if _, err := devbeacon.Open(devbeacon.Deps{Dir: dir, Now: c.now, Period: 2 * time.Second}); err == nil {
		t.Error("the period was changed")
	}
	if open(t, t.TempDir(), c).Chain().Hash == first.Chain().Hash {
		t.Error("two folders, one key")
	}
}

// Processes that start at once agree on one chain.
func TestManyFirstUses(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	dir := t.TempDir()
	var wg sync.WaitGroup
	hashes := make([][32]byte, 8)
	for i := range hashes {
		wg.Go(func() {
			b, err := devbeacon.Open(devbeacon.Deps{Dir: dir, Now: c.now})
			if err != nil {
				t.Error(err)
				return
			}
			hashes[i] = b.Chain().Hash
		})
	}
	wg.Wait()
	for _, h := range hashes {
		if h != hashes[0] {
			t.Fatal("two chains")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Error("left behind:", left)
	}
}

func TestKeyFile(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	dir := t.TempDir()
	b := open(t, dir, c)
	file := filepath.Join(dir, "beacon.key")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("mode", info.Mode())
	}
	var secret struct{ Secret string }
	if err := json.Unmarshal(raw, &secret); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if strings.Contains(fmt.Sprintf(form, b), secret.Secret) {
			t.Error("the secret is printed")
		}
	}
	try := func(name string, mode os.FileMode, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		_, err := devbeacon.Open(devbeacon.Deps{Dir: dir, Now: c.now})
		if (err == nil) != (name == "") || err != nil && strings.Contains(err.Error(), secret.Secret) {
			t.Errorf("%q: %v", name, err)
		}
	}
	try("", 0o600, string(raw))
	try("", 0o400, string(raw))
	try("group may read", 0o640, string(raw))
	try("all may read", 0o604, string(raw))
	try("empty", 0o600, "")
	try("unknown key", 0o600, `{"secret":"","more":1}`)
	try("no secret", 0o600, strings.Replace(string(raw), secret.Secret, "", 1))
	try("zero", 0o600, strings.Replace(string(raw), secret.Secret, strings.Repeat("0", 64), 1))
	try("beyond the order", 0o600, strings.Replace(string(raw), secret.Secret, strings.Repeat("f", 64), 1))
	try("no period", 0o600, strings.Replace(string(raw), `"period":1`, `"period":0`, 1))
}

func TestDepsAreChecked(t *testing.T) {
	for name, d := range map[string]devbeacon.Deps{
		"no folder":   {},
		"half second": {Dir: t.TempDir(), Period: 500 * time.Millisecond},
		"1.5 s":       {Dir: t.TempDir(), Period: 1500 * time.Millisecond},
		"no chance":   {Dir: t.TempDir(), Rand: strings.NewReader("")},
		"zero key":    {Dir: t.TempDir(), Rand: strings.NewReader(strings.Repeat("\x00", 80))},
	} {
		if _, err := devbeacon.Open(d); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if files, _ := filepath.Glob(filepath.Join(d.Dir, "*")); d.Dir != "" && len(files) != 0 {
			t.Errorf("%s: %v was written", name, files)
		}
	}
	b, err := devbeacon.Open(devbeacon.Deps{Dir: t.TempDir()})
	if err != nil || b.Chain().Period != devbeacon.DefaultPeriod {
		t.Fatal(err)
	}
	if r, err := b.Fetch(context.Background(), 1); err != nil || b.Chain().Verify(1, r.Signature[:]) != nil {
		t.Error(err)
	}
}

func BenchmarkFetch(b *testing.B) {
	d, err := devbeacon.Open(devbeacon.Deps{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := d.Fetch(b.Context(), 1); err != nil {
			b.Fatal(err)
		}
	}
}
