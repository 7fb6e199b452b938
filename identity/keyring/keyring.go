// Package keyring derives the keys of this system from versioned master secrets, one key per purpose (HKDF-SHA256,
// RFC 5869).
//
// Terms. A master is 32 random bytes kept outside the system; a version is its number. The current version, the
// highest, makes new values; older ones only read.
//
// Invariants: keys of different purposes or versions tell nothing about each other; a ring never changes; no
// key is ever printed.
package keyring

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// MasterBytes is the size of a master.
const MasterBytes = 32

const maxVersion = 1<<16 - 1

// Ring holds the masters. It is safe for concurrent use.
type Ring struct {
	masters  map[int][]byte
	versions []int // the current one first
}

// Parse reads masters as "version:base64" separated by blanks, commas or lines; lines that begin with # are
// left out. Errors do not quote the secrets.
func Parse(text string) (*Ring, error) {
	r := &Ring{masters: map[int][]byte{}}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, item := range strings.FieldsFunc(line, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n' }) {
			number, secret, ok := strings.Cut(item, ":")
			version, err := strconv.Atoi(number)
			if !ok || err != nil || version < 1 || version > maxVersion {
				return nil, fmt.Errorf("keyring: key %d is not version:base64 with a version of 1 to %d", len(r.masters)+1, maxVersion)
			}
			master, err := base64.StdEncoding.DecodeString(secret)
			if err != nil || len(master) != MasterBytes {
				return nil, fmt.Errorf("keyring: key version %d is not %d bytes in base64", version, MasterBytes)
			}
			if _, twice := r.masters[version]; twice {
				return nil, fmt.Errorf("keyring: key version %d appears twice", version)
			}
			r.masters[version] = master
			r.versions = append(r.versions, version)
		}
	}
	if len(r.versions) == 0 {
		return nil, errors.New("keyring: no key")
	}
	slices.SortFunc(r.versions, func(a, b int) int { return b - a })
	return r, nil
}

// Generate makes the text of a new master under a version, for Parse.
func Generate(version int) string {
	var master [MasterBytes]byte
	_, _ = rand.Read(master[:]) // never fails, see crypto/rand
	return fmt.Sprintf("%d:%s", version, base64.StdEncoding.EncodeToString(master[:]))
}

// Current is the version that makes new values.
func (r *Ring) Current() int { return r.versions[0] }

// Versions are all loaded versions, the current one first.
func (r *Ring) Versions() []int { return slices.Clone(r.versions) }

// Key derives the key of a purpose under a version; false when the version is not loaded.
func (r *Ring) Key(purpose string, version int) ([]byte, bool) {
	master, ok := r.masters[version]
	if !ok {
		return nil, false
	}
	key, err := hkdf.Key(sha256.New, master, nil, "chesna/"+strconv.Itoa(version)+"/"+purpose, 32)
	return key, err == nil
}

// Keys derives the keys of a purpose under every loaded version.
func (r *Ring) Keys(purpose string) map[int][]byte {
	keys := make(map[int][]byte, len(r.versions))
	for _, v := range r.versions {
		if key, ok := r.Key(purpose, v); ok {
			keys[v] = key
		}
	}
	return keys
}

// String hides the masters.
func (r *Ring) String() string { return "[keyring]" }

// GoString hides the masters.
func (r *Ring) GoString() string { return "[keyring]" }

// LogValue hides the masters from logs.
func (r *Ring) LogValue() slog.Value { return slog.StringValue("[keyring]") }
