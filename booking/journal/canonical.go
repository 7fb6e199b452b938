package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/gowebpki/jcs"
)

// maxInteger is the greatest whole number that every JSON reader keeps (RFC 8785, appendix D).
const maxInteger = 1<<53 - 1

// Canonical is the canonical JSON of v (RFC 8785): keys sorted, no spaces, one form for each string. Numbers must
// be whole and within ±(2^53 − 1): a fraction is written as a string. CodeInvalid otherwise.
func Canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Detail: "encode JSON", Cause: err}
	}
	if err := checkNumbers(b); err != nil {
		return nil, err
	}
	out, err := jcs.Transform(b)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Detail: "make JSON canonical", Cause: err}
	}
	return out, nil
}

// IsCanonical tells whether the bytes are one JSON value in canonical form.
func IsCanonical(b []byte) bool {
	if !json.Valid(b) || checkNumbers(b) != nil {
		return false
	}
	out, err := jcs.Transform(b)
	return err == nil && bytes.Equal(out, b)
}

// checkNumbers refuses numbers that are not whole or that some readers would round.
func checkNumbers(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &Error{Code: CodeInvalid, Detail: "read JSON", Cause: err}
		}
		n, ok := token.(json.Number)
		if !ok {
			continue
		}
		i, err := strconv.ParseInt(n.String(), 10, 64)
		if err != nil || i > maxInteger || i < -maxInteger || strings.HasPrefix(n.String(), "-0") {
			return Refuse(CodeInvalid, "a number in canonical JSON is whole and within ±(2^53 − 1)")
		}
	}
}
