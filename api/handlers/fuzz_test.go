package handlers

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"chesna/api/problem"
	"chesna/identity"
)

// FuzzIfMatch: a header is one revision, written in one way, or refused with its place.
func FuzzIfMatch(f *testing.F) {
	for _, s := range []string{`"0"`, `"12"`, `W/"1"`, `*`, ``, `"`, `"01"`, `"-1"`, `"9223372036854775808"`, `"1","2"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		n, err := revision(header)
		if err != nil {
			var e *problem.Error
			if !errors.As(err, &e) || e.Fields[0].Pointer != "/If-Match" || len(header) > 2 && strings.Contains(err.Error(), header) {
				t.Errorf("%q: %v", header, err)
			}
			return
		}
		if n < 0 || header[0] != '"' || strings.ContainsAny(header, "+ ") {
			t.Errorf("%q was taken for %d", header, n)
		}
	})
}

// FuzzSignature: what is taken decodes to the same bytes again and is bounded.
func FuzzSignature(f *testing.F) {
	for _, s := range []string{"YQ==", "YQ", "YR==", "Y\nQ=\r\n=", "", "\n", "MIIB", "-_-_", strings.Repeat("A", 90000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := signatureBytes(text)
		if err != nil {
			if len(text) > 4 && strings.Contains(err.Error(), text) {
				t.Error("the refusal repeats the input")
			}
			return
		}
		again, err := signatureBytes(base64.StdEncoding.EncodeToString(raw))
		if err != nil || !bytes.Equal(raw, again) || len(raw) > identity.MaxSignatureBytes {
			t.Errorf("%d bytes, %v", len(raw), err)
		}
	})
}
