package identity_test

import (
	"testing"

	"github.com/google/uuid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/identitytest"
)

// The stored country is told as soon as it is declared, whatever the session says.
func TestStoredCountry(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	s, _ := w.SignIn(t, identitytest.Person(1))
	if c, err := w.Country(ctx, s.Person); c != "" || err != nil {
		t.Fatal(c, err)
	}
	must[identity.Person](t)(w.SetCountry(ctx, s.Person, "PL"))
	if c, err := w.Country(ctx, s.Person); c != "PL" || err != nil {
		t.Fatal(c, err)
	}
	_, err := w.Country(ctx, uuid.New())
	wantCode(t, err, identity.CodePersonUnknown, "")
}
