package witness

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chesna/booking/journal"
)

const keyPrefix = "WITNESS+KEY+"

// LoadKey reads the witness's private key from the folder, or makes one on first use: the file key, mode 0600, of one line
// WITNESS+KEY+<name>+<base64 of 32 bytes>. name is taken on first use; "" makes one of the key itself. A key that others
// can read, or of another name, is refused.
func LoadKey(dir, name string, random io.Reader, now func() time.Time) (*journal.CosigningKey, error) {
	path := filepath.Join(dir, "key")
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path, name, random, now)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others: chmod 600 it, or better make a new witness", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	rest, ok := strings.CutPrefix(strings.TrimSuffix(string(b), "\n"), keyPrefix)
	kept, encoded, cut := strings.Cut(rest, "+")
	seed, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || !cut || err != nil {
		return nil, fmt.Errorf("%s is not a witness's key", path)
	}
	if name != "" && name != kept {
		return nil, fmt.Errorf("the key's name is %s, not %s", kept, name)
	}
	return journal.NewCosigningKey(kept, seed, now)
}

func makeKey(path, name string, random io.Reader, now func() time.Time) (*journal.CosigningKey, error) {
	seed, err := journal.GenerateCosigningSeed(random)
	if err != nil {
		return nil, err
	}
	if name == "" {
		private := ed25519.NewKeyFromSeed(seed)
		name = "witness-" + hex.EncodeToString(private[ed25519.SeedSize:][:4])
	}
	key, err := journal.NewCosigningKey(name, seed, now)
	if err != nil {
		return nil, err
	}
	text := keyPrefix + name + "+" + base64.StdEncoding.EncodeToString(seed) + "\n"
	return key, journal.ReplaceFile(path, []byte(text), 0o600)
}
