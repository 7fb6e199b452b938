package app

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"chesna/identity/keyring"
)

// operatorKey is one of the operator's signing keys: of a log, or of receipts. It is derived from the oldest version
// of the master key, so that it stays when the master key is rotated; dropping that version is a new key, which
// verifiers must be told.
type operatorKey struct {
	signer   note.Signer
	verifier note.Verifier
	public   string // the verifier key
}

// deriveOperatorKey makes the key of a purpose under a name that stands in signatures and checkpoints.
func deriveOperatorKey(ring *keyring.Ring, purpose, name string) (operatorKey, error) {
	versions := ring.Versions()
	if len(versions) == 0 {
		return operatorKey{}, errors.New("derive a signing key: the ring is empty")
	}
	seed, ok := ring.Key("operator/"+purpose, slices.Min(versions))
	if !ok || len(seed) < ed25519.SeedSize {
		return operatorKey{}, errors.New("derive a signing key: too short")
	}
	private := ed25519.NewKeyFromSeed(seed[:ed25519.SeedSize])
	public, _ := private.Public().(ed25519.PublicKey)
	const algorithm = 1 // Ed25519, in signed notes
	key := append([]byte{algorithm}, public...)
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:4])
	encode := base64.StdEncoding.EncodeToString
	k := operatorKey{public: fmt.Sprintf("%s+%08x+%s", name, hash, encode(key))}
	var err error
	if k.signer, err = note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, hash, encode(append([]byte{algorithm}, seed[:ed25519.SeedSize]...)))); err != nil {
		return operatorKey{}, fmt.Errorf("derive a signing key: %w", err)
	}
	k.verifier, err = note.NewVerifier(k.public)
	return k, err
}

// logHost is the first part of the names of logs: the public host, or a fixed word in the demo, whose port changes.
func (a *App) logHost() (string, error) {
	if a.options.Demo {
		return "demo.chesna.example", nil
	}
	u, err := url.Parse(a.origin)
	if err != nil || u.Host == "" {
		return "", errors.New("name the logs: the public origin has no host")
	}
	return u.Host, nil
}

// receipts signs receipts of entries.
type receipts struct{ key operatorKey }

// Sign implements wave.Receipts.
func (r receipts) Sign(text string) ([]byte, error) {
	return note.Sign(&note.Note{Text: text}, r.key.signer)
}
