package devbeacon

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"chesna/booking/beacon"
)

// ID is the beacon's name, which its hash covers.
const ID = "chesna-dev"

// DefaultPeriod is the time between rounds when none is asked for.
const DefaultPeriod = 3 * time.Second

const keyFile = "beacon.key"

// Deps is what a Beacon needs.
type Deps struct {
	Dir string // holds the key file; made when missing
	// The rest may be left out.
	Period time.Duration    // of a chain that is made now: whole seconds; an old chain keeps its own, and refuses another
	Now    func() time.Time // the system's clock if nil
	Rand   io.Reader        // crypto/rand if nil
}

// Beacon holds a chain with its secret key. It is safe for concurrent use.
type Beacon struct {
	chain  *beacon.Chain
	params beacon.Params
	secret *big.Int
	now    func() time.Time
}

// stored is the key file.
type stored struct {
	Secret      string `json:"secret"` // 32 bytes, big endian
	GenesisSeed string `json:"genesisSeed"`
	Period      int64  `json:"period"`  // seconds
	Genesis     int64  `json:"genesis"` // Unix seconds
}

// Open reads the folder's chain, or makes one that begins now.
func Open(d Deps) (*Beacon, error) {
	if d.Dir == "" {
		return nil, errors.New("devbeacon: no folder")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	file := filepath.Join(d.Dir, keyFile)
	s, err := read(file)
	if errors.Is(err, fs.ErrNotExist) {
		s, err = generate(d)
		if err == nil {
			_, err = s.beacon(d.Now) // nothing is written that could not be read
		}
		if err == nil {
			s, err = write(file, s)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("devbeacon: %w", err)
	}
	b, err := s.beacon(d.Now)
	if err != nil {
		return nil, fmt.Errorf("devbeacon: %s: %w", keyFile, err)
	}
	if d.Period != 0 && d.Period != b.chain.Period {
		return nil, fmt.Errorf("devbeacon: the chain has a period of %s, which cannot be changed to %s", b.chain.Period, d.Period)
	}
	return b, nil
}

// generate draws a chain that begins now.
func generate(d Deps) (stored, error) {
	if d.Period == 0 {
		d.Period = DefaultPeriod
	}
	if d.Period < time.Second || d.Period%time.Second != 0 {
		return stored{}, fmt.Errorf("a period of %s is not whole seconds", d.Period)
	}
	var wide [48]byte // reduced modulo the group's order, the bias is below 2^-128
	var seed [32]byte
	if _, err := io.ReadFull(d.Rand, wide[:]); err != nil {
		return stored{}, fmt.Errorf("make a key: %w", err)
	}
	if _, err := io.ReadFull(d.Rand, seed[:]); err != nil {
		return stored{}, fmt.Errorf("make a seed: %w", err)
	}
	secret := new(fr.Element).SetBytes(wide[:]).Bytes()
	return stored{
		Secret: hex.EncodeToString(secret[:]), GenesisSeed: hex.EncodeToString(seed[:]),
		Period: int64(d.Period / time.Second), Genesis: d.Now().Unix(),
	}, nil
}

// beacon computes the public key and the chain.
func (s stored) beacon(now func() time.Time) (*Beacon, error) {
	raw, err := hex.DecodeString(s.Secret)
	var scalar fr.Element
	if err != nil || scalar.SetBytesCanonical(raw) != nil || scalar.IsZero() {
		return nil, errors.New("it holds no secret key")
	}
	seed, err := hex.DecodeString(s.GenesisSeed)
	if err != nil || len(seed) != 32 {
		return nil, errors.New("it holds no genesis seed")
	}
	b := &Beacon{secret: scalar.BigInt(new(big.Int)), now: now}
	_, _, _, g2 := bls.Generators()
	public := new(bls.G2Affine).ScalarMultiplication(&g2, b.secret).Bytes()
	b.params = beacon.Params{
		PublicKey: public[:], Period: time.Duration(s.Period) * time.Second, Genesis: s.Genesis, GenesisSeed: seed,
		BeaconID: ID, Development: true,
	}
	b.chain, err = beacon.NewChain(b.params)
	return b, err
}

// read reads the key file, which nobody but its owner may read.
func read(file string) (s stored, err error) {
	f, err := os.Open(file)
	if err != nil {
		return s, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return s, err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return s, fmt.Errorf("%s: others than its owner may read the key (mode %#o, want 0600)", keyFile, info.Mode().Perm())
	}
	d := json.NewDecoder(io.LimitReader(f, 4<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("%s: it is not a key file", keyFile)
	}
	return s, nil
}

// write puts a new key file in place, whole or not at all, and never over another: the first process wins, and what
// won is returned.
func write(file string, s stored) (stored, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return s, fmt.Errorf("make the folder: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*") // mode 0600
	if err != nil {
		return s, fmt.Errorf("make the key file: %w", err)
	}
	defer os.Remove(f.Name())
	err = json.NewEncoder(f).Encode(s) //nolint:gosec // G117: this file is where the secret belongs
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Link(f.Name(), file)
	}
	if errors.Is(err, fs.ErrExist) {
		return read(file)
	}
	if err != nil {
		return s, fmt.Errorf("write the key file: %w", err)
	}
	return s, nil
}

// Params are the chain's public parameters.
func (b *Beacon) Params() beacon.Params { return b.params }

// Chain verifies the beacon's rounds.
func (b *Beacon) Chain() *beacon.Chain { return b.chain }

// String hides the secret.
func (b *Beacon) String() string { return "[development beacon]" }

// GoString hides the secret.
func (b *Beacon) GoString() string { return b.String() }

// LogValue hides the secret from logs.
func (b *Beacon) LogValue() slog.Value { return slog.StringValue(b.String()) }
