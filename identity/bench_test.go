package identity_test

import (
	"testing"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/identitytest"
)

// The cost of a sign-in without the signature: PostgreSQL without fsync, a real Redis.
func BenchmarkSignInAgain(b *testing.B) {
	w := identitytest.New(b, servers.RedisEngine(b))
	a := identitytest.Person(1)
	w.SignIn(b, a)
	for b.Loop() {
		w.SignIn(b, a)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	w := identitytest.New(b, servers.RedisEngine(b))
	_, tokens := w.SignIn(b, identitytest.Person(1))
	for b.Loop() {
		if _, err := w.Authenticate(b.Context(), tokens.Access); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyActWithoutSignature(b *testing.B) {
	w := identitytest.New(b, servers.RedisEngine(b), func(d *identity.Deps) { d.Policy.Acts = identity.Limit{Name: "act", Count: 1_000_000, Per: 1e15} })
	a := identitytest.Person(1)
	s, _ := w.SignIn(b, a)
	document := []byte("Бронювання\n")
	signature := identitytest.Sign(a, document)
	for b.Loop() {
		if _, err := w.VerifyAct(b.Context(), s.Person, document, signature); err != nil {
			b.Fatal(err)
		}
	}
}
