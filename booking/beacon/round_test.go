package beacon

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// real1000 is quicknet's round 1000 as relays give it.
const real1000 = `{"round":1000,"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd","signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}` + "\n"

func TestRoundJSON(t *testing.T) {
	r := Round{1000, [48]byte(unhex(t, rounds[1000]))}
	if string(r.JSON()) != real1000 {
		t.Errorf("%s", r.JSON())
	}
	for name, text := range map[string]string{
		"canonical":   real1000,
		"no LF":       strings.TrimSpace(real1000),
		"spaces":      strings.ReplaceAll(real1000, ",", " ,\n "),
		"other order": `{"signature":"` + rounds[1000] + `","round":1000,"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"}`,
	} {
		if got, err := ParseRound([]byte(text)); err != nil || got != r {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestMalformedRoundsAreRefused(t *testing.T) {
	swap := func(old, new string) string {
		if !strings.Contains(real1000, old) {
			t.Fatalf("the sample has no %q", old)
		}
		return strings.Replace(real1000, old, new, 1)
	}
	for name, text := range map[string]string{
		"empty":                "",
		"not JSON":             "<html>",
		"an array":             "[" + real1000 + "]",
		"cut":                  real1000[:100],
		"two":                  real1000 + real1000,
		"something behind":     real1000 + "x",
		"key in capitals":      swap("signature", "Signature"),
		"key twice":            swap(`"round":1000`, `"round":1000,"round":1000`),
		"another key":          swap("{", `{"previous_signature":"",`),
		"no round":             swap(`"round":1000,`, ""),
		"no randomness":        swap(`"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",`, ""),
		"no signature":         `{"round":1000,"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"}`,
		"round 0":              swap("1000", "0"),
		"round below 0":        swap("1000", "-1000"),
		"round with fraction":  swap("1000", "1000.0"),
		"round with exponent":  swap("1000", "1e3"),
		"round as text":        swap("1000", `"1000"`),
		"round too big":        swap("1000", "18446744073709551616"),
		"round with zero":      swap("1000", "01000"),
		"capitals in hex":      swap("b446", "B446"),
		"short signature":      swap("b446", "b4"),
		"signature null":       swap(`"`+rounds[1000]+`"`, "null"),
		"signature an object":  swap(`"`+rounds[1000]+`"`, "{}"),
		"other randomness":     swap("fe29", "fe28"),
		"capitals, randomness": swap("fe29", "FE29"),
		"too long":             real1000 + strings.Repeat(" ", MaxRoundJSON),
	} {
		if got, err := ParseRound([]byte(text)); err == nil || got.Number != 0 && strings.Contains(err.Error(), rounds[1000]) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func FuzzParseRound(f *testing.F) {
	f.Add([]byte(real1000))
	f.Add([]byte(`{"round":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRound(b)
		if err != nil {
			return
		}
		again, err := ParseRound(r.JSON())
		if err != nil || again != r || !bytes.Equal(again.JSON(), r.JSON()) {
			t.Fatalf("%q is read as %v, and that as %v: %v", b, r, again, err)
		}
	})
}

func TestParseDescription(t *testing.T) {
	text, err := json.Marshal(Quicknet().Describe())
	if err != nil {
		t.Fatal(err)
	}
	if d, err := ParseDescription(append(text, '\n')); err != nil || d != Quicknet().Describe() {
		t.Error(d, err)
	}
	for name, b := range map[string]string{
		"empty": "", "two": string(text) + string(text), "more": strings.Replace(string(text), "{", `{"x":1,`, 1),
		"long": string(text) + strings.Repeat(" ", maxDescription), "array": "[]", "period as text": strings.Replace(string(text), `:3,`, `:"3",`, 1),
	} {
		if _, err := ParseDescription([]byte(b)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestDescription(t *testing.T) {
	d := Quicknet().Describe()
	c, err := FromDescription(d)
	if err != nil || c.Hash != Quicknet().Hash || c.Describe() != d || c.Development() {
		t.Fatalf("%v: %+v", err, d)
	}
	if err := c.Verify(1000, unhex(t, rounds[1000])); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Description){
		"another scheme": func(d *Description) { d.Scheme = "bls-unchained-on-g1" },
		"no scheme":      func(d *Description) { d.Scheme = "" },
		"id":             func(d *Description) { d.ID = "quicknet2" },
		"no id":          func(d *Description) { d.ID = "" },
		"hash":           func(d *Description) { d.ChainHash = "00" + d.ChainHash[2:] },
		"hash, capitals": func(d *Description) { d.ChainHash = strings.ToUpper(d.ChainHash) },
		"key":            func(d *Description) { d.PublicKey = d.PublicKey[:190] + "00" },
		"key, short":     func(d *Description) { d.PublicKey = d.PublicKey[:190] },
		"period":         func(d *Description) { d.Period = 30 },
		"period 0":       func(d *Description) { d.Period = 0 },
		"period below 0": func(d *Description) { d.Period = -3 },
		"long period":    func(d *Description) { d.Period = 1 << 40 },
		"genesis":        func(d *Description) { d.Genesis++ },
		"genesis past":   func(d *Description) { d.Genesis = -1 },
		"seed":           func(d *Description) { d.GenesisSeed = strings.Repeat("0", 64) },
		"marked":         func(d *Description) { d.Development = true },
	} {
		d := Quicknet().Describe()
		change(&d)
		if _, err := FromDescription(d); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
