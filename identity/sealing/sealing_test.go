package sealing_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"chesna/identity"
	"chesna/identity/keyring"
	"chesna/identity/sealing"
)

const (
	key1 = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	key2 = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
)

func box(t testing.TB, keys string) *sealing.Box {
	t.Helper()
	ring, err := keyring.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	b, err := sealing.New(ring)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealAndOpen(t *testing.T) {
	b := box(t, key1)
	rapid.Check(t, func(r *rapid.T) {
		bound, plain := rapid.SliceOf(rapid.Byte()).Draw(r, "bound"), rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		sealed, err := b.Seal(identity.SealNames, bound, plain)
		if err != nil {
			r.Fatal(err)
		}
		got, err := b.Open(identity.SealNames, bound, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			r.Fatal(err)
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(r, "at")
		broken := bytes.Clone(sealed)
		broken[i] ^= byte(rapid.IntRange(1, 255).Draw(r, "by"))
		for name, open := range map[string]func() ([]byte, error){
			"changed":       func() ([]byte, error) { return b.Open(identity.SealNames, bound, broken) },
			"cut":           func() ([]byte, error) { return b.Open(identity.SealNames, bound, sealed[:i]) },
			"other purpose": func() ([]byte, error) { return b.Open(identity.SealEmail, bound, sealed) },
			"other binding": func() ([]byte, error) { return b.Open(identity.SealNames, append(bytes.Clone(bound), 0), sealed) },
		} {
			if _, err := open(); !errors.Is(err, sealing.ErrBroken) {
				r.Fatalf("%s: %v", name, err)
			}
		}
	})
}

func TestSealedValuesDiffer(t *testing.T) {
	b := box(t, key1)
	first, _ := b.Seal(identity.SealNames, nil, []byte("x"))
	second, _ := b.Seal(identity.SealNames, nil, []byte("x"))
	if bytes.Equal(first, second) {
		t.Error("equal names can be told from the sealed values")
	}
}

func TestKeyVersions(t *testing.T) {
	sealed, _ := box(t, key1).Seal(identity.SealEvidence, nil, []byte("x"))
	if got, err := box(t, key1+" "+key2).Open(identity.SealEvidence, nil, sealed); err != nil || string(got) != "x" {
		t.Error(err)
	}
	if _, err := box(t, key2).Open(identity.SealEvidence, nil, sealed); !errors.Is(err, sealing.ErrBroken) {
		t.Error(err)
	}
	sealed, _ = box(t, key1+" "+key2).Seal(identity.SealEvidence, nil, []byte("x"))
	if _, err := box(t, key2).Open(identity.SealEvidence, nil, sealed); err != nil {
		t.Error("not sealed under the new key")
	}
}

func TestUnknownPurpose(t *testing.T) {
	b := box(t, key1)
	if _, err := b.Seal("other", nil, nil); err == nil {
		t.Error("sealed")
	}
	if _, err := b.Open("other", nil, []byte{1, 0, 1}); !errors.Is(err, sealing.ErrBroken) {
		t.Error(err)
	}
}

// kept was sealed once under key1 for SealNames, bound to "bound": what is at rest must open for ever.
const kept = "0100016546758821ef6184453f7b806ba0b78eb301a0d71c6c37f40ce1c005eb9013ae26"

func TestWhatIsAtRestOpens(t *testing.T) {
	sealed, err := hex.DecodeString(kept)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := box(t, key1).Open(identity.SealNames, []byte("bound"), sealed); err != nil || string(got) != "plain" {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	b := box(f, key1)
	sealed, _ := hex.DecodeString(kept)
	f.Add(sealed)
	f.Add([]byte{1, 0, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := b.Open(identity.SealNames, []byte("bound"), in); err == nil && !bytes.Equal(in, sealed) {
			t.Fatal("opened what nobody sealed")
		}
	})
}
