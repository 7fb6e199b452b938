package beacon

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// MaxRoundJSON bounds a round's JSON in bytes: the canonical form has fewer than 220.
const MaxRoundJSON = 4 << 10

// Round is one value of a chain. That its signature verifies is for Chain.Verify to say.
type Round struct {
	Number    uint64
	Signature [SignatureBytes]byte
}

// JSON is the round in the one form that is published, as relays give it: the keys round, randomness and signature,
// lower-case hex, no spaces, one LF at the end.
func (r Round) JSON() []byte {
	randomness := Randomness(r.Signature[:])
	return fmt.Appendf(nil, `{"round":%d,"randomness":"%x","signature":"%x"}`+"\n", r.Number, randomness, r.Signature)
}

// ParseRound reads a round's JSON: exactly the keys round, randomness and signature, each once; hex in lower case;
// the randomness must be that of the signature. White space is as JSON allows. The signature is not verified.
// Errors name the fault and never repeat the input.
func ParseRound(b []byte) (Round, error) {
	var r Round
	if len(b) > MaxRoundJSON {
		return r, fmt.Errorf("beacon: a round of more than %d bytes", MaxRoundJSON)
	}
	fields, err := object(b)
	if err != nil {
		return r, fmt.Errorf("beacon: a round's JSON: %w", err)
	}
	number, ok := fields["round"].(json.Number)
	if !ok {
		return r, errors.New("beacon: a round without a number")
	}
	if r.Number, err = strconv.ParseUint(number.String(), 10, 64); err != nil || r.Number == 0 {
		return r, errors.New("beacon: a round's number is not a whole number from 1")
	}
	var randomness [32]byte
	if !lowerHex(r.Signature[:], fields["signature"]) {
		return r, fmt.Errorf("beacon: a round's signature is not %d lower-case hex digits", 2*SignatureBytes)
	}
	if !lowerHex(randomness[:], fields["randomness"]) || randomness != Randomness(r.Signature[:]) {
		return r, errors.New("beacon: a round's randomness is not the hash of its signature")
	}
	return r, nil
}

// object reads a JSON object of the three keys of a round. The standard decoder would take keys twice, and in any
// case.
func object(b []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	fields := map[string]any{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, errors.New("broken")
		}
		name, _ := key.(string)
		if name != "round" && name != "randomness" && name != "signature" {
			return nil, errors.New("a key that a round does not have")
		}
		if _, twice := fields[name]; twice {
			return nil, errors.New("a key twice")
		}
		if fields[name], err = d.Token(); err != nil {
			return nil, errors.New("broken")
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("broken")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something after the object")
	}
	return fields, nil
}

// lowerHex decodes a string of exactly len(dst)*2 lower-case hex digits.
func lowerHex(dst []byte, value any) bool {
	s, ok := value.(string)
	if !ok || len(s) != 2*len(dst) {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	_, err := hex.Decode(dst, []byte(s))
	return err == nil
}
