package token_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/identity"
	"chesna/identity/keyring"
	"chesna/identity/token"
)

const (
	key1 = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	key2 = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
	site = "https://chesna.example"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func ring(t testing.TB, keys string) *keyring.Ring {
	t.Helper()
	r, err := keyring.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func minter(t testing.TB, keys string) *token.Minter {
	t.Helper()
	m, err := token.New(token.Deps{Ring: ring(t, keys), Issuer: site, MaxAge: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func session() identity.Session {
	return identity.Session{
		ID: uuid.New(), Person: uuid.New(), Country: "PL", Reachable: true, Staff: true, ExpiresAt: now.Add(5 * time.Minute), EndsAt: now.Add(12 * time.Hour),
		Grants: []identity.Grant{{Role: identity.RoleCitizen}, {Role: identity.RoleOfficer, Consulate: "waw"}, {Role: identity.RoleAuditor, Consulate: "*"}},
	}
}

func refusedAs(t *testing.T, err error, reason string) {
	t.Helper()
	var e *identity.Error
	if !errors.As(err, &e) || e.Code != identity.CodeUnauthenticated || e.Reason != reason {
		t.Errorf("want unauthenticated (%s), got %v", reason, err)
	}
}

func TestAccessRoundTrip(t *testing.T) {
	m, s := minter(t, key1), session()
	text, err := m.Access(s, now)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.ParseAccess(text, now.Add(4*time.Minute))
	if diff := cmp.Diff(s, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	_, err = m.ParseAccess(text, now.Add(5*time.Minute+6*time.Second))
	refusedAs(t, err, "expired")
	_, err = m.ParseAccess(text, now.Add(-time.Minute))
	refusedAs(t, err, "invalid")
}

func TestKeysRotate(t *testing.T) {
	old, both, fresh := minter(t, key1), minter(t, key1+" "+key2), minter(t, key2)
	s := session()
	text, _ := old.Access(s, now)
	refresh, _ := old.Refresh(s.ID, 3)
	if _, err := both.ParseAccess(text, now); err != nil {
		t.Error(err)
	}
	if id, generation, err := both.ParseRefresh(refresh); err != nil || id != s.ID || generation != 3 {
		t.Error(id, generation, err)
	}
	_, err := fresh.ParseAccess(text, now)
	refusedAs(t, err, "invalid")
	_, _, err = fresh.ParseRefresh(refresh)
	refusedAs(t, err, "invalid")
	text, _ = both.Access(s, now)
	if _, err := fresh.ParseAccess(text, now); err != nil {
		t.Error("new tokens are not under the new key:", err)
	}
}

// forge makes a token with a header and claims of our choice under the true key.
func forge(t *testing.T, method jwt.SigningMethod, key any, header map[string]any, change func(jwt.MapClaims)) string {
	t.Helper()
	claims := jwt.MapClaims{
		"iss": site, "aud": []string{"chesna"}, "sub": uuid.NewString(), "jti": uuid.NewString(), "sid": uuid.NewString(),
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "ends": now.Add(time.Hour).Unix(), "grants": []string{"citizen"},
	}
	if change != nil {
		change(claims)
	}
	tok := jwt.NewWithClaims(method, claims)
	tok.Header["kid"], tok.Header["typ"] = "1", "at+jwt"
	for k, v := range header {
		tok.Header[k] = v
	}
	text, err := tok.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestHostileTokens(t *testing.T) {
	m := minter(t, key1)
	key, _ := ring(t, key1).Key("token/access", 1)
	wrong, _ := ring(t, key1).Key("token/refresh", 1)
	hs := jwt.SigningMethodHS256
	good := forge(t, hs, key, nil, nil)
	if _, err := m.ParseAccess(good, now); err != nil {
		t.Fatal("the model token is refused: ", err)
	}
	set := func(name string, v any) func(jwt.MapClaims) { return func(c jwt.MapClaims) { c[name] = v } }
	del := func(name string) func(jwt.MapClaims) { return func(c jwt.MapClaims) { delete(c, name) } }
	parts := strings.Split(good, ".")
	header, _ := json.Marshal(map[string]string{"alg": "none", "kid": "1", "typ": "at+jwt"})
	for name, text := range map[string]string{
		"empty": "", "garbage": "a.b.c", "two parts": parts[0] + "." + parts[1], "no signature": parts[0] + "." + parts[1] + ".",
		"none":            forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil),
		"none, signed":    base64.RawURLEncoding.EncodeToString(header) + "." + parts[1] + "." + parts[2],
		"HS512":           forge(t, jwt.SigningMethodHS512, key, nil, nil),
		"key of another":  forge(t, hs, wrong, nil, nil),
		"no kid":          forge(t, hs, key, map[string]any{"kid": nil}, nil),
		"kid as number":   forge(t, hs, key, map[string]any{"kid": 1}, nil),
		"kid unknown":     forge(t, hs, key, map[string]any{"kid": "2"}, nil),
		"kid spelled":     forge(t, hs, key, map[string]any{"kid": "+1"}, nil),
		"typ JWT":         forge(t, hs, key, map[string]any{"typ": "JWT"}, nil),
		"issuer":          forge(t, hs, key, nil, set("iss", "https://evil.example")),
		"no issuer":       forge(t, hs, key, nil, del("iss")),
		"audience":        forge(t, hs, key, nil, set("aud", "other")),
		"no audience":     forge(t, hs, key, nil, del("aud")),
		"no exp":          forge(t, hs, key, nil, del("exp")),
		"no iat":          forge(t, hs, key, nil, del("iat")),
		"no jti":          forge(t, hs, key, nil, del("jti")),
		"no subject":      forge(t, hs, key, nil, del("sub")),
		"subject":         forge(t, hs, key, nil, set("sub", "x")),
		"no session":      forge(t, hs, key, nil, del("sid")),
		"long life":       forge(t, hs, key, nil, set("exp", now.Add(time.Hour).Unix())),
		"from the future": forge(t, hs, key, nil, set("iat", now.Add(time.Minute).Unix())),
		"not yet":         forge(t, hs, key, nil, set("nbf", now.Add(time.Minute).Unix())),
		"padded":          good + "=",
		"loose bits":      good[:len(good)-1] + string(good[len(good)-1]+1),
		"too long":        good + strings.Repeat("A", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := m.ParseAccess(text, now)
			refusedAs(t, err, "invalid")
			if err != nil && text != "" && strings.Contains(err.Error(), text) {
				t.Error("the error quotes the token")
			}
		})
	}
	_, err := m.ParseAccess(forge(t, hs, key, nil, func(c jwt.MapClaims) {
		c["iat"], c["exp"] = now.Add(-time.Hour).Unix(), now.Add(-time.Hour+time.Minute).Unix()
	}), now)
	refusedAs(t, err, "expired")
}

func TestRefreshTokens(t *testing.T) {
	m := minter(t, key1)
	rapid.Check(t, func(r *rapid.T) {
		id, generation := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "id")), rapid.Uint64().Draw(r, "generation")
		text, err := m.Refresh(id, generation)
		if err != nil {
			r.Fatal(err)
		}
		gotID, gotGeneration, err := m.ParseRefresh(text)
		if err != nil || gotID != id || gotGeneration != generation {
			r.Fatal(gotID, gotGeneration, err)
		}
		again, _ := m.Refresh(id, generation)
		if again != text {
			r.Fatal("not deterministic")
		}
		i := rapid.IntRange(0, len(text)-1).Draw(r, "at")
		c := rapid.SampledFrom([]byte("ABCxyz019-_")).Draw(r, "char")
		if bad := text[:i] + string(c) + text[i+1:]; bad != text {
			if _, _, err := m.ParseRefresh(bad); identity.CodeOf(err) != identity.CodeUnauthenticated {
				r.Fatalf("a changed token is taken: %v", err)
			}
		}
	})
}

func TestAccessRefusesWhatItCouldNotRead(t *testing.T) {
	m, s := minter(t, key1), session()
	s.ExpiresAt = now.Add(time.Hour)
	if _, err := m.Access(s, now); err == nil {
		t.Error("a life above MaxAge")
	}
	s = session()
	s.Grants = make([]identity.Grant, 65)
	if _, err := m.Access(s, now); err == nil {
		t.Error("too many grants")
	}
	for _, d := range []token.Deps{{}, {Ring: ring(t, key1)}, {Ring: ring(t, key1), Issuer: site}} {
		if _, err := token.New(d); err == nil {
			t.Error("incomplete dependencies were taken")
		}
	}
}

// Fuzzing runs in several processes, so what was made is told by the key and not by comparing with the seeds.
func FuzzParse(f *testing.F) {
	m := minter(f, key1)
	access, _ := m.Access(session(), now)
	refresh, _ := m.Refresh(uuid.Nil, 1)
	for _, seed := range []string{access, refresh, "", "a.b.c", "eyJhbGciOiJub25lIn0.e30."} {
		f.Add(seed)
	}
	key, _ := ring(f, key1).Key("token/access", 1)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := m.ParseAccess(text, now); err == nil {
			body, signature, _ := cutLast(text, ".")
			h := hmac.New(sha256.New, key)
			h.Write([]byte(body))
			if base64.RawURLEncoding.EncodeToString(h.Sum(nil)) != signature {
				t.Fatal("an access token nobody made")
			}
		} else if identity.CodeOf(err) != identity.CodeUnauthenticated {
			t.Fatal(err)
		}
		if _, _, err := m.ParseRefresh(text); err == nil && text != refresh {
			t.Fatal("a refresh token nobody made")
		}
	})
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func BenchmarkParseAccess(b *testing.B) {
	m := minter(b, key1)
	text, _ := m.Access(session(), now)
	for b.Loop() {
		if _, err := m.ParseAccess(text, now); err != nil {
			b.Fatal(err)
		}
	}
}
