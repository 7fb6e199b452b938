package keyring_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"chesna/identity/keyring"
)

const (
	key1 = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	key2 = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
)

func TestParse(t *testing.T) {
	for _, text := range []string{key1 + " " + key2, key2 + "\n" + key1 + "\n", "# masters\r\n" + key1 + "," + key2} {
		r, err := keyring.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if r.Current() != 2 || fmt.Sprint(r.Versions()) != "[2 1]" {
			t.Error(r.Current(), r.Versions())
		}
	}
	for name, text := range map[string]string{
		"empty": "", "only a comment": "# " + key1, "no version": strings.TrimPrefix(key1, "1:"), "version 0": "0" + key1[1:],
		"version too high": "70000" + key1[1:], "twice": key1 + " " + key1, "short": "1:AQEB", "not base64": "1:" + strings.Repeat("?", 44),
	} {
		if _, err := keyring.Parse(text); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestKeysAreApart(t *testing.T) {
	r, err := keyring.Parse(key1 + " " + key2)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, purpose := range []string{"identifier", "seal/names", "token/access"} {
		for v, key := range r.Keys(purpose) {
			if len(key) != 32 || seen[string(key)] {
				t.Errorf("%s %d: %d bytes, seen %v", purpose, v, len(key), seen[string(key)])
			}
			seen[string(key)] = true
		}
	}
	if _, ok := r.Key("identifier", 3); ok {
		t.Error("a key of a version that is not loaded")
	}
}

// The derivation must never change, or nothing sealed or hashed before could be read: computed with
// HKDF-SHA256(master = 32 × 0x01, no salt, info "chesna/1/identifier").
func TestDerivationIsFixed(t *testing.T) {
	r, err := keyring.Parse(key1)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := hex.DecodeString("2b6b9850fd5d364ddb9b86087d2476cb6d4dd20bc6a75100336db8f92e261b93")
	if got, _ := r.Key("identifier", 1); !bytes.Equal(got, want) {
		t.Errorf("%x", got)
	}
}

func TestGenerate(t *testing.T) {
	a, b := keyring.Generate(7), keyring.Generate(7)
	r, err := keyring.Parse(a)
	if err != nil || r.Current() != 7 || a == b {
		t.Error(err)
	}
	if s := fmt.Sprintf("%v %+v %#v", r, r, r); strings.Contains(s, "masters") {
		t.Error(s)
	}
}
