package devqtsp

import (
	"encoding/hex"
	"testing"
)

// FuzzStampRequest: every request is read, or refused with a failure bit of RFC 3161.
func FuzzStampRequest(f *testing.F) {
	for _, seed := range []string{
		// Made by openssl ts -query: SHA-256 with nonce and certificate; the same without; SHA-1 with a policy.
		"3043020101303130" + "0d060960864801650304020105000420" + "cd42404d52ad55ccfa9aca4adc828aa5800ad9d385a0671fbcbf724118320619" + "02080102030405060708" + "0101ff",
		"3036020101303130" + "0d060960864801650304020105000420" + "cd42404d52ad55ccfa9aca4adc828aa5800ad9d385a0671fbcbf724118320619",
		"3029020101302130" + "0906052b0e03021a05000414" + "f32b67c7e26342af42efabc674d441dca0a281c5" + "06032a0304",
	} {
		der, err := hex.DecodeString(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		r, failure := parseStampRequest(der)
		switch failure {
		case -1:
			if len(r.imprint) == 0 {
				t.Fatal("accepted without an imprint")
			}
		case failBadAlgorithm, failBadDataFormat, failPolicy, failExtension:
		default:
			t.Fatalf("failure %d", failure)
		}
	})
}
