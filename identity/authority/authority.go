package authority

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
)

// Labels keep the two kinds of names apart.
const (
	entryLabel     = "chesna/nf/v1"
	personLabel    = "chesna/person-nf/v1"
	pseudonymLabel = "chesna/pseudonym/v1"
)

// pseudonymDigits is the length of a pseudonym.
const pseudonymDigits = 2 * sha256.Size

// Authority names persons and attests names, under one key. It is safe for concurrent use. Make it with OpenFile.
type Authority struct {
	key    [32]byte
	signer note.Signer
	vkey   string
}

// Pseudonym is what stands for a person: the hash of her identifier's text, in lower-case hex. The identifier is
// random, so that the hash hides it.
func Pseudonym(person uuid.UUID) string {
	sum := sha256.Sum256([]byte(pseudonymLabel + "\x00" + person.String()))
	return hex.EncodeToString(sum[:])
}

// Nullify names entries: one nf for each pseudonym, in their order. It refuses a malformed draw or pseudonym, and
// ends early with ctx. About 0.3 µs a name.
func (a *Authority) Nullify(ctx context.Context, drawID string, pseudonyms []string) ([][32]byte, error) {
	return a.nullify(ctx, entryLabel, drawID, pseudonyms)
}

// NullifyPersons names the persons of entries, as Nullify does entries.
func (a *Authority) NullifyPersons(ctx context.Context, drawID string, pseudonyms []string) ([][32]byte, error) {
	return a.nullify(ctx, personLabel, drawID, pseudonyms)
}

func (a *Authority) nullify(ctx context.Context, label, drawID string, pseudonyms []string) ([][32]byte, error) {
	names := a.names(label)
	out := make([][32]byte, len(pseudonyms))
	for i, p := range pseudonyms {
		if err := pause(ctx, i); err != nil {
			return nil, err
		}
		var err error
		if out[i], err = names(p, drawID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// names gives a function that computes names under a label, for one goroutine.
func (a *Authority) names(label string) func(pseudonym, drawID string) ([32]byte, error) {
	mac := hmac.New(sha256.New, a.key[:])
	buf := make([]byte, 0, 256)
	return func(pseudonym, drawID string) (out [32]byte, err error) {
		if !isPseudonym(pseudonym) {
			return out, &Error{Code: CodeMalformed, Detail: "a pseudonym is 64 lower-case hex digits"}
		}
		if !isDrawID(drawID) {
			return out, &Error{Code: CodeMalformed, Detail: "a draw's identifier is [a-z0-9][a-z0-9-]{0,63}"}
		}
		buf = append(append(buf[:0], label...), 0)
		buf = append(append(buf, pseudonym...), 0)
		buf = append(buf, drawID...)
		mac.Reset()
		mac.Write(buf)
		mac.Sum(out[:0])
		return out, nil
	}
}

// pause ends long work whose context has ended.
func pause(ctx context.Context, i int) error {
	if i%1024 != 0 {
		return nil
	}
	return context.Cause(ctx)
}

func isPseudonym(s string) bool { return len(s) == pseudonymDigits && isLowerHex(s) }

func isLowerHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isDrawID(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '-' {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' {
			return false
		}
	}
	return true
}

// VerifierKey is the authority's public key in the form of signed notes: name+hash+key.
func (a *Authority) VerifierKey() string { return a.vkey }

// String hides the keys.
func (a *Authority) String() string { return "[identity authority]" }

// GoString hides the keys.
func (a *Authority) GoString() string { return a.String() }

// LogValue hides the keys from logs; the public key may be seen.
func (a *Authority) LogValue() slog.Value { return slog.StringValue(a.vkey) }
