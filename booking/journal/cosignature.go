package journal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// Algorithm bytes of note keys.
const (
	algEd25519     = 1
	algCosignature = 4 // C2SP tlog-cosignature v1
)

const cosignatureBytes = 8 + ed25519.SignatureSize

// maxCosignatureTime is the last second of the year 9999; later times are a fault or a trick.
const maxCosignatureTime = 253402300799

// A Cosigning is the key by which a witness is known: Verify checks cosignatures in the sense of note.Verifier.
type Cosigning struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

// Name is the witness's name.
func (c *Cosigning) Name() string { return c.name }

// KeyHash is the key's identifier in signature lines.
func (c *Cosigning) KeyHash() uint32 { return c.hash }

// String is the verifier key, name+hash+base64.
func (c *Cosigning) String() string { return formatKey(c.name, c.hash, algCosignature, c.key) }

// Verify tells whether sig, a time and an Ed25519 signature, is a cosignature of the checkpoint's text.
func (c *Cosigning) Verify(text, sig []byte) bool {
	at, ok := cosignatureTime(sig)
	return ok && ed25519.Verify(c.key, cosignedText(at, text), sig[8:])
}

// NewCosigning reads a witness's verifier key. CodeInvalid for other keys.
func NewCosigning(vkey string) (*Cosigning, error) {
	name, hash, key, err := parseKey(vkey, algCosignature)
	if err != nil {
		return nil, err
	}
	return &Cosigning{name: name, hash: hash, key: key}, nil
}

// CosigningKey is a witness's private key. It signs with the time of its clock.
type CosigningKey struct {
	Cosigning
	private ed25519.PrivateKey
	now     func() time.Time
}

// NewCosigningKey makes the key of a witness from 32 bytes of seed; now must not be nil.
func NewCosigningKey(name string, seed []byte, now func() time.Time) (*CosigningKey, error) {
	if !validKeyName(name) || len(seed) != ed25519.SeedSize || now == nil {
		return nil, Refuse(CodeInvalid, "a witness needs a name without spaces and +, 32 bytes of seed and a clock")
	}
	private := ed25519.NewKeyFromSeed(seed)
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return nil, Refuse(CodeInvalid, "not an Ed25519 key")
	}
	return &CosigningKey{
		Cosigning: Cosigning{name: name, hash: keyHash(name, algCosignature, public), key: public},
		private:   private, now: now,
	}, nil
}

// GenerateCosigningSeed draws the 32 bytes of a witness's private key.
func GenerateCosigningSeed(random io.Reader) ([]byte, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("draw a key: %w", err)
	}
	return seed, nil
}

// Sign makes a cosignature of the checkpoint's text, in the sense of note.Signer.
func (k *CosigningKey) Sign(text []byte) ([]byte, error) {
	at := k.now().Unix()
	if at < 0 || at > maxCosignatureTime {
		return nil, Refuse(CodeInvalid, "the clock shows an impossible time")
	}
	sig := binary.BigEndian.AppendUint64(nil, uint64(at))
	return append(sig, ed25519.Sign(k.private, cosignedText(at, text))...), nil
}

// cosignedText is what a witness signs (C2SP tlog-cosignature v1).
func cosignedText(at int64, text []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatInt(at, 10)+"\n"), text...)
}

// cosignatureTime reads the Unix time of a cosignature.
func cosignatureTime(sig []byte) (int64, bool) {
	if len(sig) != cosignatureBytes {
		return 0, false
	}
	at := binary.BigEndian.Uint64(sig)
	return int64(at), at <= maxCosignatureTime
}

// timeOf reads the time of a cosignature out of a note's signature.
func timeOf(s note.Signature) (time.Time, bool) {
	b, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(b) < 4 {
		return time.Time{}, false
	}
	at, ok := cosignatureTime(b[4:])
	return time.Unix(at, 0).UTC(), ok
}

// NewVerifier reads an ordinary verifier key (Ed25519, algorithm 1): of a log, the authority or the operator.
func NewVerifier(vkey string) (note.Verifier, error) {
	if _, _, _, err := parseKey(vkey, algEd25519); err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Detail: "read a verifier key", Cause: err}
	}
	return v, nil
}

const maxKeyText = 512

// parseKey reads name+hash+base64 strictly: one text for each key.
func parseKey(vkey string, alg byte) (name string, hash uint32, key ed25519.PublicKey, err error) {
	bad := func(why string) (string, uint32, ed25519.PublicKey, error) {
		return "", 0, nil, Refuse(CodeInvalid, fmt.Sprintf("the key %.80q: %s", vkey, why))
	}
	name, rest, _ := strings.Cut(vkey, "+")
	hex, encoded, _ := strings.Cut(rest, "+")
	b, decodeErr := base64.StdEncoding.Strict().DecodeString(encoded)
	number, hexErr := strconv.ParseUint(hex, 16, 32)
	switch {
	case len(vkey) > maxKeyText || decodeErr != nil || hexErr != nil || !validKeyName(name):
		return bad("not of the form name+hash+base64")
	case len(b) != 1+ed25519.PublicKeySize || b[0] != alg:
		return bad(fmt.Sprintf("not an Ed25519 key of algorithm %d", alg))
	}
	key = b[1:]
	if uint32(number) != keyHash(name, alg, key) || formatKey(name, uint32(number), alg, key) != vkey {
		return bad("its hash is not that of its name and key")
	}
	return name, uint32(number), key, nil
}

func formatKey(name string, hash uint32, alg byte, key ed25519.PublicKey) string {
	return fmt.Sprintf("%s+%08x+%s", name, hash, base64.StdEncoding.EncodeToString(append([]byte{alg}, key...)))
}

// keyHash is SHA-256(name ‖ LF ‖ algorithm ‖ key), its first four bytes.
func keyHash(name string, alg byte, key ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{alg})
	h.Write(key)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

func validKeyName(name string) bool {
	return name != "" && len(name) <= maxOrigin && utf8.ValidString(name) && strings.IndexFunc(name, unicode.IsSpace) < 0 &&
		strings.IndexFunc(name, unicode.IsControl) < 0 && !strings.Contains(name, "+")
}
