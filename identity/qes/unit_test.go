package qes

import (
	"bytes"
	"encoding/pem"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

func TestNumbers(t *testing.T) {
	for number, want := range map[string]bool{
		"3121100721": true, "3121100720": false, "312110072": false, "31211007210": false, "312110072a": false, "": false,
		"٣121100729": false, "0000000000": false,
	} {
		if ValidRNOKPP(number) != want {
			t.Errorf("ValidRNOKPP(%q) = %v", number, !want)
		}
	}
	for number, want := range map[string]bool{
		"19850614-00072": true, "20000229-00001": true, "19000229-00001": false, "19851332-00072": false,
		"19850614_00072": false, "19850614-0007": false, "18490101-00001": false, "+9850614-00072": false, "": false,
	} {
		if ValidUNZR(number) != want {
			t.Errorf("ValidUNZR(%q) = %v", number, !want)
		}
	}
	for number, want := range map[string]bool{"00026620": true, "00000000": false, "0002662": false, "0002662a": false, "1234567890": false} {
		if ValidEDRPOU(number) != want {
			t.Errorf("ValidEDRPOU(%q) = %v", number, !want)
		}
	}
}

// Changing one digit of a number, except by what the modulus cannot see (10 and 0 share a check digit), is noticed.
func TestCheckDigitSeesChanges(t *testing.T) {
	const good = "3121100721"
	for i := range 9 {
		missed := 0
		for d := byte('0'); d <= '9'; d++ {
			changed := good[:i] + string(d) + good[i+1:]
			if changed != good && ValidRNOKPP(changed) {
				missed++
			}
		}
		if missed > 1 {
			t.Errorf("%d changes of digit %d are not seen", missed, i)
		}
	}
}

func TestNormaliseKeepsDERAndJoinsPieces(t *testing.T) {
	for in, want := range map[string]string{
		"\x30\x03\x02\x01\x05":                       "\x30\x03\x02\x01\x05",
		"\x30\x80\x02\x01\x05\x00\x00":               "\x30\x03\x02\x01\x05",
		"\x30\x81\x03\x02\x01\x05":                   "\x30\x03\x02\x01\x05",
		"\x30\x84\x00\x00\x00\x03\x02\x01\x05":       "\x30\x03\x02\x01\x05",
		"\x24\x80\x04\x01a\x24\x03\x04\x01b\x00\x00": "\x04\x02ab",
		"\x24\x00":                                        "\x04\x00",
		"\xa0\x80\x31\x80\x00\x00\x00\x00":                "\xa0\x02\x31\x00",
		"\x31\x06\x02\x01\x02\x02\x01\x01":                "\x31\x06\x02\x01\x02\x02\x01\x01", // sets are not sorted
		"\x04\x81\x80" + strings.Repeat("x", 0x80):        "\x04\x81\x80" + strings.Repeat("x", 0x80),
		"\x04\x82\x01\x00" + strings.Repeat("x", 0x100):   "\x04\x82\x01\x00" + strings.Repeat("x", 0x100),
		"\x24\x04\x04\x02\x30\x80":                        "\x04\x02\x30\x80", // what looks like BER inside a string is content
		"\x04\x83\x00\x01\x00" + strings.Repeat("x", 256): "\x04\x82\x01\x00" + strings.Repeat("x", 256),
	} {
		got, err := normalise([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("normalise(%x) = %x, %v; want %x", in, got, err, want)
		}
	}
	if _, err := normalise([]byte("\x24\x03\x02\x01\x05")); CodeOf(err) != CodeEncoding {
		t.Errorf("an octet string of integers: %v", err)
	}
}

// A long run of nested marks must not cost more than the input.
func TestNormaliseIsBounded(t *testing.T) {
	in := bytes.Repeat([]byte{0x30, 0x80}, maxDepth-1)
	in = append(in, bytes.Repeat([]byte{0x24, 0x80, 0, 0}, (MaxMessage-len(in)-2*maxDepth)/4)...)
	in = append(in, make([]byte, 2*(maxDepth-1))...)
	if allocated := testing.AllocsPerRun(1, func() {
		if _, err := normalise(in); err != nil {
			t.Fatal(err)
		}
	}); allocated > 40_000 {
		t.Errorf("%.0f allocations for %d bytes", allocated, len(in))
	}
}

func TestDecodePEM(t *testing.T) {
	block := func(kind string) string { return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte{1}})) }
	for title, c := range map[string]struct {
		file string
		want int // blocks; -1 = refused
	}{
		"DER":                 {"\x30\x00", 1},
		"DER with a mark":     {"\x30-----BEGIN ", 1},
		"one":                 {block("CERTIFICATE"), 1},
		"two with text":       {"text\n" + block("CERTIFICATE") + "more\n" + block("CERTIFICATE"), 2},
		"another kind":        {block("PRIVATE KEY"), -1},
		"one of another kind": {block("CERTIFICATE") + block("PRIVATE KEY"), -1},
		"broken":              {"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", -1},
		"one broken":          {block("CERTIFICATE") + "-----BEGIN CERTIFICATE-----\nAA", -1},
		"headers":             {"-----BEGIN CERTIFICATE-----\nA: b\n\nAQ==\n-----END CERTIFICATE-----\n", -1},
		"empty":               {"", -1},
	} {
		blocks, err := DecodePEM([]byte(c.file), "CERTIFICATE", 1<<16)
		if got := len(blocks); err == nil && got != c.want || err != nil && (c.want >= 0 || CodeOf(err) != CodePEM) {
			t.Errorf("%s: %d blocks, %v", title, got, err)
		}
	}
	if _, err := DecodePEM(make([]byte, 100), "CERTIFICATE", 99); CodeOf(err) != CodePEM {
		t.Errorf("too large: %v", err)
	}
}

func TestDecodeMessage(t *testing.T) {
	block := func(kind string) string { return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte{1}})) }
	for title, c := range map[string]struct {
		file string
		code Code
	}{
		"DER": {"\x30\x00", ""}, "CMS": {block("CMS"), ""}, "PKCS7 with space around": {"\n" + block("PKCS7") + "\n", ""},
		"certificate": {block("CERTIFICATE"), CodePEM}, "broken": {"-----BEGIN CMS-----\n", CodePEM},
		"two": {block("CMS") + block("CMS"), CodeTrailingBytes}, "text after": {block("CMS") + "x", CodeTrailingBytes},
		"too large": {block("CMS") + strings.Repeat("\n", 100_000), CodeTooLarge},
	} {
		if _, err := DecodeMessage([]byte(c.file)); CodeOf(err) != c.code {
			t.Errorf("%s: %v", title, err)
		}
	}
}

func TestNewAndParseTrustSayWhatIsWrong(t *testing.T) {
	root, list := [][]byte{seed(t, "certificate-root.der")}, [][]byte{seed(t, "list.der")}
	if _, err := ParseTrust(nil, nil, nil); CodeOf(err) != CodeTrustConfig {
		t.Errorf("no root: %v", err)
	}
	if _, err := ParseTrust([][]byte{{1}}, nil, nil); CodeOf(err) != CodeTrustConfig {
		t.Errorf("broken root: %v", err)
	}
	if _, err := ParseTrust(root, list, nil); CodeOf(err) != CodeTrustConfig {
		t.Errorf("list as certificate: %v", err)
	}
	if _, err := ParseTrust(root, nil, root); CodeOf(err) != CodeCRLMalformed {
		t.Errorf("certificate as list: %v", err)
	}
	trust, err := ParseTrust(root, nil, list)
	if err != nil {
		t.Fatal(err)
	}
	for title, deps := range map[string]Deps{
		"no trust":    {},
		"institution": {Trust: trust, Institution: "1"},
		"revocation":  {Trust: trust, Revocation: 9},
		"empty suite": {Trust: trust, Suite: &Suite{}},
		"suite":       {Trust: trust, Suite: &Suite{Digests: sha2Digests(), Keys: []KeyRow{{}}, Signatures: []SignatureRow{{}}}},
	} {
		if _, err := New(deps); CodeOf(err) != CodeConfiguration {
			t.Errorf("%s: %v", title, err)
		}
	}
	v, err := New(Deps{Trust: &TrustHolder{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(Request{At: seedTime, Profile: ProfileCitizen}); CodeOf(err) != CodeTrustUnavailable {
		t.Errorf("empty holder: %v", err)
	}
}

// Every single byte of a good message changed in a random way: none may be accepted with other content, and changes
// inside what is signed never.
func TestEveryByteCounts(t *testing.T) {
	v := seedVerifier(t)
	good := seed(t, "message-olena.der")
	request := Request{Message: good, Content: []byte("text"), At: seedTime, Profile: ProfileCitizen}
	accepted, err := v.Verify(request)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	let := 0
	for i := range good {
		request.Message = bytes.Clone(good)
		request.Message[i] ^= byte(1 + random.IntN(255))
		got, err := v.Verify(request)
		if err != nil {
			continue
		}
		let++
		if got.SignerInfoDigest != accepted.SignerInfoDigest || !bytes.Equal(got.Certificate, accepted.Certificate) {
			t.Errorf("byte %d may change", i)
		}
	}
	// The CA's certificate in the message is a hint: a broken signature there hurts nobody, as the trust has it too.
	t.Logf("%d of %d bytes do not matter", let, len(good))
}

func TestTextOfManyKinds(t *testing.T) {
	for title, c := range map[string]struct {
		der  string
		want string
		ok   bool
	}{
		"UTF8":             {"\x0c\x04\xd0\xaf\xd0\xaf", "ЯЯ", true},
		"printable":        {"\x13\x02ab", "ab", true},
		"numeric":          {"\x12\x0212", "12", true},
		"BMP":              {"\x1e\x04\x04\x2f\x04\x2f", "ЯЯ", true},
		"spaces around":    {"\x0c\x04 ab ", "ab", true},
		"BMP of odd bytes": {"\x1e\x03\x04\x2f\x04", "", false},
		"half a surrogate": {"\x1e\x02\xd8\x00", "", false},
		"broken UTF8":      {"\x0c\x01\xd0", "", false},
		"Latin-1":          {"\x14\x01\xe9", "", false},
		"zero":             {"\x0c\x01\x00", "", false},
		"octets":           {"\x04\x01a", "", false},
		"too long":         {"\x0c\x82\x02\x01" + strings.Repeat("a", 513), "", false},
	} {
		s := cryptobyte.String(c.der)
		if got, ok := readText(&s); got != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v", title, got, ok)
		}
	}
}
