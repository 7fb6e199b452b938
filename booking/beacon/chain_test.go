package beacon

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	circl "github.com/cloudflare/circl/ecc/bls12381"
	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
)

// Real rounds of quicknet.
var rounds = map[uint64]string{
	2:    "b6b6a585449b66eb12e875b64fcbab3799861a00e4dbf092d99e969a5eac57dd3f798acf61e705fe4f093db926626807",
	123:  "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
	1000: "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestQuicknetHash(t *testing.T) {
	if got := fmt.Sprintf("%x", Quicknet().Hash); got != "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971" {
		t.Error(got)
	}
}

func TestRealRoundsVerifyHereAndInCircl(t *testing.T) {
	c := Quicknet()
	for round, s := range rounds {
		signature := unhex(t, s)
		if err := c.Verify(round, signature); err != nil {
			t.Error(err)
		}
		if !verifyWithCircl(t, round, signature) {
			t.Errorf("round %d: circl does not agree", round)
		}
		var refused *RefusedError
		if err := c.Verify(round+1, signature); !errors.As(err, &refused) {
			t.Errorf("round %d passed as %d", round, round+1)
		}
		for _, bit := range []int{0, 1, 2, 3, 9, 200, 383} {
			flipped := unhex(t, s)
			flipped[bit/8] ^= 0x80 >> (bit % 8)
			if err := c.Verify(round, flipped); !errors.As(err, &refused) {
				t.Errorf("round %d with bit %d flipped: %v", round, bit, err)
			}
		}
	}
}

// verifyWithCircl checks the same equation with an independent library.
func verifyWithCircl(t *testing.T, round uint64, signature []byte) bool {
	t.Helper()
	var s, h circl.G1
	if err := s.SetBytes(signature); err != nil {
		return false
	}
	var key circl.G2
	raw := Quicknet().key.Bytes()
	if err := key.SetBytes(raw[:]); err != nil {
		t.Fatal(err)
	}
	message := sha256.Sum256(binary.BigEndian.AppendUint64(nil, round))
	h.Hash(message[:], []byte(Domain))
	return circl.Pair(&s, circl.G2Generator()).IsEqual(circl.Pair(&h, &key))
}

// Points that pass the pairing equation but are outside the subgroup, and other points that must not count.
func TestForeignPointsAreRefused(t *testing.T) {
	infinity := make([]byte, SignatureBytes)
	infinity[0] = 0xc0
	for name, s := range map[string][]byte{
		"torsion 1": unhex(t, "94385d48ab9d338824a523ff7d310fbeeac0184598d56b49f27857bcd3ef91f6ead1c7ef99c9beee47784ebba5c635de"),
		"torsion 2": unhex(t, "a1fe701a794a0a47bb8ed1e3dd87014d6867a88a3c851c0e87db8c9826a974511eabf06178c8903116179c59533325d2"),
		"infinity":  infinity,
		"empty":     nil,
		"short":     unhex(t, rounds[1000])[:47],
		"long":      append(unhex(t, rounds[1000]), 0),
	} {
		var refused *RefusedError
		if err := Quicknet().Verify(1000, s); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRoundsAndTimes(t *testing.T) {
	c := Quicknet()
	for _, round := range []uint64{1, 2, 1000, 30_000_000} {
		at := c.TimeOf(round)
		if c.RoundAt(at) != round || c.RoundAt(at.Add(time.Nanosecond)) != round+1 {
			t.Errorf("round %d at %s is taken for %d", round, at, c.RoundAt(at))
		}
	}
	if c.RoundAt(c.Genesis.Add(-time.Hour)) != 1 {
		t.Error("before the genesis")
	}
	at := c.TimeOf(1000)
	if c.Latest(at) != 1000 || c.Latest(at.Add(-time.Nanosecond)) != 999 || c.Latest(c.Genesis) != 1 || c.Latest(c.Genesis.Add(-1)) != 0 {
		t.Error("the latest round is not the last one published")
	}
	if c.TimeOf(math.MaxUint64).Before(c.TimeOf(1_000_000_000)) {
		t.Error("a round of the far future lies in the past")
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(uint64(1000), unhex(f, rounds[1000]))
	f.Add(uint64(0), []byte{})
	c := Quicknet()
	f.Fuzz(func(t *testing.T, round uint64, signature []byte) {
		if err := c.Verify(round, signature); err == nil && hex.EncodeToString(signature) != rounds[round] {
			t.Fatalf("a forged round %d", round)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	c, signature := Quicknet(), unhex(b, rounds[1000])
	for b.Loop() {
		if err := c.Verify(1000, signature); err != nil {
			b.Fatal(err)
		}
	}
}

// drand's older scheme on the same curve hashes under another domain: a signature of it is refused, whoever's key it
// is under. The chain's hash would not tell.
func TestAnotherSchemeIsRefused(t *testing.T) {
	secret := big.NewInt(123456789)
	_, _, _, g2 := bls.Generators()
	public := new(bls.G2Affine).ScalarMultiplication(&g2, secret).Bytes()
	c, err := NewChain(Params{PublicKey: public[:], Period: time.Second, GenesisSeed: make([]byte, 32), BeaconID: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for scheme, domain := range map[string]string{
		Scheme:                "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_",
		"bls-unchained-on-g1": "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_",
	} {
		message := Message(7)
		point, err := bls.HashToG1(message[:], []byte(domain))
		if err != nil {
			t.Fatal(err)
		}
		signature := point.ScalarMultiplication(&point, secret).Bytes()
		if err := c.Verify(7, signature[:]); (err == nil) != (scheme == Scheme) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}
