package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// The quick ways give what the plain ones give; without a state that can be saved, too.
func TestHasherIsSHA256(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	quick, plain := newHasher(), newHasher()
	plain.state = nil
	if quick.state == nil {
		t.Error("this version of Go saves another state: draws are right, but slow")
	}
	for n := range 300 {
		buf := make([]byte, n+2*blockBytes)
		for i := range buf {
			buf[i] = byte(r.Uint32())
		}
		want := sha256.Sum256(buf[:n])
		message := pad(buf, n)
		for name, h := range map[string]*hasher{"quick": quick, "plain": plain} {
			if got := h.hash(message); !bytes.Equal(got, want[:]) {
				t.Fatalf("%s, %d bytes: %x", name, n, got)
			}
			if h.begin(message[:blockBytes]) != (h == quick) {
				t.Fatal("it began, or did not")
			}
			for range 2 {
				if got := h.resume(message); !bytes.Equal(got, want[:]) {
					t.Fatalf("%s, %d bytes from the second block: %x", name, n, got)
				}
			}
		}
	}
	e := Entry{Weight: 5, leaf: [32]byte{1}}
	if newTickets(quick, e.leaf).key(&e) != newTickets(plain, e.leaf).key(&e) {
		t.Error("two keys")
	}
}

// rootAsWritten is the Merkle root as RFC 6962, section 2.1 defines it.
func rootAsWritten(rows [][]byte) [32]byte {
	switch len(rows) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, rows[0]...))
	}
	k := 1
	for 2*k < len(rows) {
		k *= 2
	}
	left, right := rootAsWritten(rows[:k]), rootAsWritten(rows[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

func TestRootIsThatOfRFC6962(t *testing.T) {
	var rows [][]byte
	for n := range 200 {
		if root(rows) != rootAsWritten(rows) {
			t.Fatalf("%d leaves", n)
		}
		rows = append(rows, bytes.Repeat([]byte{byte(n)}, n%120))
	}
}

// lowerHex reads eight digits at once: every byte in every place, beside the plain reading.
func TestLowerHex(t *testing.T) {
	digits := []byte("0123456789abcdef")
	for place := range digits {
		for c := range 256 {
			s := bytes.Clone(digits)
			s[place] = byte(c)
			var want, got [8]byte
			_, err := hex.Decode(want[:], s)
			ok := err == nil && (c < 'A' || c > 'F')
			if lowerHex(got[:], s) != ok || ok && got != want {
				t.Fatalf("%q: %x", s, got)
			}
		}
	}
	r := rand.New(rand.NewPCG(2, 2))
	for range 200_000 { // faults must not hide each other
		s := []byte("00000000")
		for i := range s {
			s[i] = byte(r.UintN(256))
			if r.IntN(4) > 0 {
				s[i] = digits[r.IntN(16)]
			}
		}
		var want, got [4]byte
		_, err := hex.Decode(want[:], s)
		if ok := err == nil && bytes.Equal(s, bytes.ToLower(s)); lowerHex(got[:], s) != ok || ok && got != want {
			t.Fatalf("%q: %x", s, got)
		}
	}
	if lowerHex(make([]byte, 4), []byte("1234567")) || lowerHex(make([]byte, 4), []byte("123456789")) {
		t.Error("a wrong length")
	}
}

// Keys that begin alike are compared whole, and equal ones by leaf hash.
func TestOrderOfKeysThatBeginAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{0, 1, 2, 7, 8, 9, 1000} {
		keys, rows := make([][32]byte, n), make([]Entry, n)
		for i := range keys {
			keys[i][r.IntN(32)] = byte(r.IntN(3))
			rows[i].leaf = sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		}
		sorted := order(keys, rows)
		seen := map[int32]bool{}
		for i, row := range sorted {
			seen[row] = true
			if i == 0 {
				continue
			}
			c := bytes.Compare(keys[sorted[i-1]][:], keys[row][:])
			if c == 0 {
				c = bytes.Compare(rows[sorted[i-1]].leaf[:], rows[row].leaf[:])
			}
			if c >= 0 {
				t.Fatalf("%d keys: %d before %d", n, sorted[i-1], row)
			}
		}
		if len(seen) != n {
			t.Fatalf("%d of %d", len(seen), n)
		}
	}
}
