package pseudonym_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"chesna/identity"
	"chesna/identity/keyring"
	"chesna/identity/pseudonym"
)

const (
	key1 = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	key2 = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
)

func hasher(t *testing.T, keys string) (*pseudonym.Hasher, *keyring.Ring) {
	t.Helper()
	ring, err := keyring.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	h, err := pseudonym.New(ring)
	if err != nil {
		t.Fatal(err)
	}
	return h, ring
}

func TestPseudonyms(t *testing.T) {
	both, ring := hasher(t, key1+" "+key2)
	old, _ := hasher(t, key1)
	id := identity.Identifier{Kind: identity.KindRNOKPP, Value: "1234567890"}
	got := both.Pseudonyms(id)
	if len(got) != 2 || got[0].KeyVersion != 2 || got[1] != old.Pseudonyms(id)[0] {
		t.Error("versions are not right")
	}
	key, _ := ring.Key("identifier", 2)
	m := hmac.New(sha256.New, key)
	m.Write([]byte("rnokpp\x001234567890"))
	if !hmac.Equal(m.Sum(nil), got[0].MAC[:]) {
		t.Error("not HMAC-SHA256 of kind, zero, value")
	}
	seen := map[[32]byte]bool{got[0].MAC: true}
	for _, other := range []identity.Identifier{
		{Kind: identity.KindDocument, Value: id.Value}, {Kind: id.Kind, Value: "1234567891"}, {Kind: id.Kind}, {Kind: "rnokpp1", Value: "234567890"},
	} {
		mac := both.Pseudonyms(other)[0].MAC
		if seen[mac] {
			t.Errorf("%s: one hash for two numbers", other.Kind)
		}
		seen[mac] = true
	}
	if both.MAC("rnokpp", []byte(id.Value)) == got[0].MAC {
		t.Error("one key for two purposes")
	}
	if both.MAC("a", nil) == both.MAC("b", nil) {
		t.Error("the purpose is not hashed")
	}
	if _, err := pseudonym.New(nil); err == nil {
		t.Error("no keyring was taken")
	}
}
