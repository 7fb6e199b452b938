package web

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"testing"

	"chesna/identity"
)

// FuzzSignature: what is uploaded or pasted either is a signature of a bounded size or has a message that says
// what is wrong; base64 and PEM of the same bytes are the same signature.
func FuzzSignature(f *testing.F) {
	for _, seed := range []string{"", "MIA=", "-----BEGIN CMS-----\nMIA=\n-----END CMS-----", "0\x82\x01", "M I\nA="} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		signature, fault := decodeSignature(raw)
		if (fault == "") != (len(signature) > 0) || len(signature) > identity.MaxSignatureBytes {
			t.Fatalf("%d bytes and %q", len(signature), fault)
		}
		if fault != "" {
			return
		}
		for name, text := range map[string][]byte{
			"base64": []byte(base64.StdEncoding.EncodeToString(signature)),
			"PEM":    pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: signature}),
		} {
			if again, fault := decodeSignature(text); fault != "" || !bytes.Equal(again, signature) {
				t.Fatalf("as %s: %q", name, fault)
			}
		}
	})
}
