package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"chesna/identity"
)

// Cookies of this room: the sign-in text of this browser and where to go after signing in. Both are short-lived
// and hold nothing about a person.
const (
	challengeCookie = "chesna_challenge"
	returnCookie    = "chesna_return"
)

func (v *visit) cookie(name, value string, life time.Duration) {
	v.SetCookie(&http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.site.https(),
	})
}

func (v *visit) setReturn(path string) {
	if len(path) <= 512 {
		v.cookie(returnCookie, base64.RawURLEncoding.EncodeToString([]byte(path)), 30*time.Minute)
	}
}

// takeReturn is where to go on, or the given page.
func (v *visit) takeReturn(otherwise string) string {
	c, err := v.Cookie(returnCookie)
	if err != nil || c.Value == "" {
		return otherwise
	}
	v.cookie(returnCookie, "", -time.Second)
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if p := string(b); err == nil && safePath(p) {
		return p
	}
	return otherwise
}

// safePath tells whether a path, put behind the language, stays on this site.
func safePath(p string) bool {
	return strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "//") && len(p) <= 512 && !strings.ContainsAny(p, "\\\r\n\x00") && !strings.Contains(p, "..")
}

// keptChallenge is a challenge as the browser keeps it: reloading the page shows the same text.
type keptChallenge struct {
	ID       string    `json:"i"`
	Document []byte    `json:"d"`
	Expires  time.Time `json:"e"`
}

func (v *visit) keepChallenge(c identity.Challenge) {
	b, err := json.Marshal(keptChallenge{ID: c.ID, Document: c.Document, Expires: c.ExpiresAt})
	if err == nil {
		v.cookie(challengeCookie, base64.RawURLEncoding.EncodeToString(b), c.ExpiresAt.Sub(v.site.Server.Now()))
	}
}

// challenge is the one that the browser keeps; false when there is none or it has less than the margin to live.
func (v *visit) challenge(margin time.Duration) (keptChallenge, bool) {
	c, err := v.Cookie(challengeCookie)
	if err != nil {
		return keptChallenge{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return keptChallenge{}, false
	}
	var k keptChallenge
	if json.Unmarshal(b, &k) != nil || k.ID == "" || len(k.Document) == 0 || !v.site.Server.Now().Add(margin).Before(k.Expires) {
		return keptChallenge{}, false
	}
	return k, true
}
