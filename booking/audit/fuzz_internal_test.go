package audit

import (
	"crypto/x509"
	"testing"

	"chesna/booking/draw"
)

// FuzzStamp: no bytes make the reader of time stamps fall over, and none verify without a root.
func FuzzStamp(f *testing.F) {
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x01})
	f.Add([]byte("0\x84\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := verifyStamp(b, "text\n", x509.NewCertPool()); err == nil {
			t.Error("verified")
		}
	})
}

// FuzzLines: the readers of line files end, and what they accept has as many rows as lines.
func FuzzLines(f *testing.F) {
	f.Add([]byte("--\nclosed 0000000000000000\n"))
	f.Add([]byte("0000000000000000000000000000000000000000000000000000000000000000 a,b\n--\nclosed 0000000000000000\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines := 0
		for _, c := range b {
			if c == '\n' {
				lines++
			}
		}
		if rows, err := parseResult(b); err == nil && len(rows) != lines-2 {
			t.Errorf("%d rows of %d lines", len(rows), lines)
		}
		if rows, err := parseBindings(b); err == nil && len(rows) != lines {
			t.Errorf("%d bindings of %d lines", len(rows), lines)
		}
		if rows, err := parsePersons(b); err == nil && len(rows) != lines {
			t.Errorf("%d persons of %d lines", len(rows), lines)
		}
	})
}

// FuzzLeaf: any bytes as leaves of a draw, and as an entry bundle of the log.
func FuzzLeaf(f *testing.F) {
	f.Add([]byte(`{"type":"announcement"}`), []byte(`{"type":"close"}`))
	f.Add([]byte("\x00\x02ab"), []byte("null"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		s := tell([]Leaf{{Seq: 0, JSON: a}, {Seq: 1, JSON: b}})
		if s.result != nil && s.closing == nil && len(s.faults) == 0 {
			t.Error("a result without a close")
		}
		if head, err := draw.ParseHead(a); err == nil {
			_ = wellFormed(head.Type, a)
		}
		if leaves, err := parseTile(a, 1); err == nil && len(leaves) != 1 {
			t.Error("a leaf too many")
		}
	})
}
