package qes

import "testing"

// BenchmarkVerify is one whole judgement with the trust at hand: a P-256 person, a P-256 CA, a P-384 root.
func BenchmarkVerify(b *testing.B) {
	for _, name := range []string{"message-olena.der", "message-stream.ber"} {
		b.Run(name, func(b *testing.B) {
			v := seedVerifier(b)
			request := Request{Message: seed(b, name), Content: []byte("text"), At: seedTime, Profile: ProfileCitizen}
			for b.Loop() {
				if _, err := v.Verify(request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
