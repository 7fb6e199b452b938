package app

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"chesna/identity/devqtsp"
)

// patience bounds every wait for something that happens in the background.
const patience = 20 * time.Second

// eventually looks again and again until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		case <-look.C:
		}
	}
}

// notebook is a log that tests read. It is safe for concurrent use.
type notebook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// visitor is a client of the API; without a token it is nobody.
type visitor struct {
	*testing.T
	url       string
	authority *devqtsp.Authority
	name      string
	token     string
	// signIn is the signature of the sign-in, for tests that use it where it does not belong.
	signIn []byte
	now    func() time.Time
}

// answer is what the API said.
type answer struct {
	*testing.T
	asked  string
	status int
	header http.Header
	body   []byte
}

// stranger is a visitor who has not signed in.
func stranger(t *testing.T, url string) *visitor { return &visitor{T: t, url: url} }

// signedIn signs a person in with the key that trust, a folder as var/demo, has for her.
func signedIn(t *testing.T, url, trust, name string) *visitor {
	t.Helper()
	return signedInAt(t, url, trust, name, time.Now)
}

// signedInAt is signedIn by another clock.
func signedInAt(t *testing.T, url, trust, name string, now func() time.Time) *visitor {
	t.Helper()
	authority, err := devqtsp.Load(trust, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{T: t, url: url, authority: authority, name: name, now: now}
	c := v.call("POST", "/sessions/challenge", nil).want(201, "")
	v.signIn = v.sign(c.document(), true)
	v.token = v.call("POST", "/sessions", map[string]any{"challengeId": c.text("challengeId"), "signature": v.signIn}).want(201, "").text("accessToken")
	return v
}

func (v *visitor) sign(document []byte, detached bool) []byte {
	v.Helper()
	signature, err := v.authority.Sign(v.name, document, devqtsp.SignOptions{Detached: detached, At: v.now()})
	if err != nil {
		v.Fatal(err)
	}
	return signature
}

// call sends a request to the API.
func (v *visitor) call(method, path string, body any, headers ...string) answer {
	v.Helper()
	return v.send(method, "/api/v1"+path, body, headers...)
}

func (v *visitor) send(method, path string, body any, headers ...string) answer {
	v.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			v.Fatal(err)
		}
		sent = bytes.NewReader(text)
		headers = append(headers, "Content-Type", "application/json")
	}
	r, err := http.NewRequestWithContext(v.Context(), method, v.url+path, sent)
	if err != nil {
		v.Fatal(err)
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		v.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		v.Fatal(err)
	}
	return answer{v.T, method + " " + path, got.StatusCode, got.Header, text}
}

// want fails the test unless the answer has the status and, for a problem, the code.
func (a answer) want(status int, code string) answer {
	a.Helper()
	var problem struct{ Code string }
	if a.status >= 400 {
		_ = json.Unmarshal(a.body, &problem)
	}
	if a.status != status || problem.Code != code {
		a.Fatalf("%s: %d %s, want %d %s", a.asked, a.status, a.body, status, code)
	}
	return a
}

func (a answer) into(v any) {
	a.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.Fatalf("%s: %v in %s", a.asked, err, a.body)
	}
}

func (a answer) member(name string) any {
	a.Helper()
	var all map[string]any
	a.into(&all)
	return all[name]
}

func (a answer) text(name string) string {
	a.Helper()
	text, _ := a.member(name).(string)
	return text
}

func (a answer) document() []byte {
	a.Helper()
	document, err := base64.StdEncoding.DecodeString(a.text("document"))
	if err != nil || len(document) == 0 {
		a.Fatalf("%s: no document in %s", a.asked, a.body)
	}
	return document
}

// window is a half-day that can be booked.
type window struct {
	ID    string
	Slots []struct {
		ID    string
		Start time.Time
	}
}

// windows lists what is open for the visitor.
func (v *visitor) windows(post, service string) []window {
	v.Helper()
	var out struct{ Windows []window }
	v.call("GET", "/consulates/"+post+"/availability?service="+service, nil).want(200, "").into(&out)
	return out.Windows
}

// openPosts are the posts that can be booked at once.
func (v *visitor) openPosts() []string {
	v.Helper()
	var out struct{ Items []struct{ ID, Pool string } }
	v.call("GET", "/consulates", nil).want(200, "").into(&out)
	var posts []string
	for _, p := range out.Items {
		if p.Pool == "open" {
			posts = append(posts, p.ID)
		}
	}
	return posts
}

// holdAt takes the earliest seat of the first window.
func (v *visitor) holdAt(post, service string) answer {
	v.Helper()
	open := v.windows(post, service)
	if len(open) == 0 {
		v.Fatalf("nothing is open at %s", post)
	}
	return v.call("POST", "/holds", map[string]any{"consulate": post, "service": service, "window": open[0].ID})
}

// confirm signs the document, detached, for the hold.
func (v *visitor) confirm(hold string, document []byte) answer {
	v.Helper()
	return v.call("POST", "/holds/"+hold+"/confirm", map[string]any{"signature": v.sign(document, true)})
}

// book holds and confirms.
func (v *visitor) book(post, service string) answer {
	v.Helper()
	h := v.holdAt(post, service).want(201, "")
	return v.confirm(h.text("holdId"), h.document()).want(201, "")
}

// demoTrust is where a demo keeps its people's keys.
func demoTrust(data string) string { return filepath.Join(data, "demo") }
