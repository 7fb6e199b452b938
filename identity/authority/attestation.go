package authority

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// version is the first line of an attestation.
const version = "chesna/authority/v1"

// MaxAttestation bounds an attestation with all its signatures, in bytes.
const MaxAttestation = 16 << 10

// Attestation is what an authority signed about a draw: each of its N entries was named once, for one person.
type Attestation struct {
	DrawID         string
	N              int // entries
	EntriesSHA256  [32]byte
	BindingsSHA256 [32]byte
	PersonsSHA256  [32]byte
}

// text is the signed text: six lines.
func (a Attestation) text() string {
	return fmt.Sprintf("%s\n%s\n%d\nentries %x\nbindings %x\npersons %x\n", version, a.DrawID, a.N, a.EntriesSHA256, a.BindingsSHA256, a.PersonsSHA256)
}

// ParseAttestation verifies a note under an authority's public key and reads it. Signatures of others beside it do
// no harm and prove nothing. A fault is an *Error.
func ParseAttestation(signed []byte, vkey string) (Attestation, error) {
	fault := func(detail string, cause error) (Attestation, error) {
		return Attestation{}, &Error{Code: CodeAttestation, Detail: detail, Cause: cause}
	}
	if len(signed) > MaxAttestation {
		return fault("the note is too long", nil)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return fault("not a verifier key", err)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return fault("the note does not verify", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 7 || lines[0] != version || !isDrawID(lines[1]) {
		return fault("the note is not an attestation", nil)
	}
	a := Attestation{DrawID: lines[1]}
	if a.N, err = strconv.Atoi(lines[2]); err != nil || a.N < 0 {
		return fault("the number of entries is malformed", nil)
	}
	for i, sum := range []*[32]byte{&a.EntriesSHA256, &a.BindingsSHA256, &a.PersonsSHA256} {
		_, digits, _ := strings.Cut(lines[3+i], " ")
		if len(digits) != 64 {
			return fault("a hash is malformed", nil)
		}
		if _, err := hex.Decode(sum[:], []byte(digits)); err != nil {
			return fault("a hash is malformed", nil)
		}
	}
	if a.text() != n.Text { // one form only
		return fault("the note is not in the form of an attestation", nil)
	}
	return a, nil
}
