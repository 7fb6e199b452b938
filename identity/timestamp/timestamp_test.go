package timestamp_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	tspclient "github.com/notaryproject/tspclient-go"

	"chesna/identity/devqtsp"
	"chesna/identity/devqtsp/stamphttp"
	"chesna/identity/timestamp"
)

func TestStampOverHTTP(t *testing.T) {
	authority, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: time.Now(), People: devqtsp.DefaultPeople()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := stamphttp.New(authority, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	client, err := timestamp.New(timestamp.HTTP(server.URL, http.DefaultClient), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("a checkpoint"))
	token, err := client.Stamp(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := tspclient.ParseSignedToken(token)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	root, err := x509.ParseCertificate(authority.RootDER())
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(root)
	if _, err := signed.Verify(t.Context(), x509.VerifyOptions{Roots: roots}); err != nil {
		t.Errorf("the token does not verify: %v", err)
	}
	info, err := signed.Info()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := info.Validate([]byte("a checkpoint")); err != nil {
		t.Errorf("another digest: %v", err)
	}
}

// TestAForeignAnswerIsRefused replays the answer to another request.
func TestAForeignAnswerIsRefused(t *testing.T) {
	authority, err := devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: time.Now(), People: devqtsp.DefaultPeople()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	replay := func(_ context.Context, request []byte) ([]byte, error) {
		if first == nil {
			answer, err := authority.Stamp(time.Now(), request)
			first = answer
			return answer, err
		}
		return first, nil
	}
	client, err := timestamp.New(replay, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("a checkpoint"))
	if _, err := client.Stamp(t.Context(), digest); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Stamp(t.Context(), digest); err == nil {
		t.Error("an answer with another nonce was accepted")
	}
	client, _ = timestamp.New(func(context.Context, []byte) ([]byte, error) { return []byte("no DER"), nil }, rand.Reader)
	if _, err := client.Stamp(t.Context(), digest); err == nil {
		t.Error("garbage was accepted")
	}
}
