package authority

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
)

// KeyName is the name in the authority's public key and signatures.
const KeyName = "chesna-authority"

// keys is the key file: JSON, hex.
type keys struct {
	Names   string `json:"names"`   // HMAC key, 32 bytes
	Signing string `json:"signing"` // Ed25519 seed, 32 bytes
}

// OpenFile reads the authority's keys, or draws them from rand (crypto/rand.Reader but in tests) when the file is
// not there. The file is mode 0600; one that others than its owner may read is refused. Of processes that come
// first at once, all take the keys of one. A fault is an *Error.
func OpenFile(path string, rand io.Reader) (*Authority, error) {
	k, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		k, err = makeKeys(path, rand)
	}
	var a *Authority
	if err == nil {
		a, err = k.authority()
	}
	if err != nil {
		return nil, &Error{Code: CodeKeyFile, Detail: "key file " + filepath.Base(path), Cause: err}
	}
	return a, nil
}

func (k keys) authority() (*Authority, error) {
	a := &Authority{}
	var seed [ed25519.SeedSize]byte
	if !decode(a.key[:], k.Names) || !decode(seed[:], k.Signing) {
		return nil, errors.New("it does not hold two keys of 64 lower-case hex digits")
	}
	private := ed25519.NewKeyFromSeed(seed[:])
	var err error
	if a.vkey, err = note.NewEd25519VerifierKey(KeyName, private.Public().(ed25519.PublicKey)); err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(a.vkey)
	if err != nil {
		return nil, err
	}
	a.signer = signer{verifier.Name(), verifier.KeyHash(), private}
	return a, nil
}

func decode(dst []byte, s string) bool {
	if len(s) != 2*len(dst) || !isLowerHex(s) {
		return false
	}
	_, err := hex.Decode(dst, []byte(s))
	return err == nil
}

// readKeys reads the file, which nobody but its owner may read.
func readKeys(path string) (k keys, err error) {
	f, err := os.Open(path)
	if err != nil {
		return k, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return k, err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return k, fmt.Errorf("others than its owner may read it: mode %#o, want 0600", info.Mode().Perm())
	}
	d := json.NewDecoder(io.LimitReader(f, 4<<10))
	d.DisallowUnknownFields()
	if d.Decode(&k) != nil { // the cause could quote a key
		return k, errors.New("it is not a key file")
	}
	return k, nil
}

// makeKeys draws keys and puts the file in place whole and never over another.
func makeKeys(path string, rand io.Reader) (k keys, err error) {
	if rand == nil {
		return k, errors.New("no source of chance")
	}
	var drawn [64]byte
	if _, err := io.ReadFull(rand, drawn[:]); err != nil {
		return k, fmt.Errorf("draw keys: %w", err)
	}
	k = keys{hex.EncodeToString(drawn[:32]), hex.EncodeToString(drawn[32:])}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return k, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return k, err
	}
	defer os.Remove(f.Name())
	err = json.NewEncoder(f).Encode(k)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) {
		return readKeys(path)
	}
	return k, err
}

// signer signs notes.
type signer struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
}

func (s signer) Name() string    { return s.name }
func (s signer) KeyHash() uint32 { return s.hash }

func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }
