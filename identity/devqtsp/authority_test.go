package devqtsp_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"chesna/identity/devqtsp"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// shared makes the default world once: RSA keys are slow under the race detector.
var shared = sync.OnceValues(func() (*devqtsp.Authority, error) {
	return devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: devqtsp.DefaultPeople()})
})

func world(t *testing.T) (*devqtsp.Authority, string) {
	t.Helper()
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := a.SaveCRL(dir, now, time.Hour); err != nil {
		t.Fatal(err)
	}
	return a, dir
}

func openssl(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Fatal("openssl is not installed: make deps")
	}
	out, err := exec.Command("openssl", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestDefaultPeopleAreEnoughAndRight(t *testing.T) {
	count := map[devqtsp.Role]int{}
	seen := map[string]bool{}
	for _, p := range devqtsp.DefaultPeople() {
		for _, r := range p.Roles {
			count[r]++
		}
		for _, id := range []string{p.Name, p.RNOKPP, p.Document, p.UNZR} {
			if id != "" && seen[id] {
				t.Errorf("%s: %q is used twice", p.Name, id)
			}
			seen[id] = true
		}
		if p.RNOKPP == "" && (p.Document == "" || p.UNZR == "") {
			t.Errorf("%s has no identifier", p.Name)
		}
		if (p.EDRPOU != "") != (p.Roles[0] != devqtsp.Citizen) {
			t.Errorf("%s: EDRPOU %q with roles %v", p.Name, p.EDRPOU, p.Roles)
		}
	}
	for role, least := range map[devqtsp.Role]int{
		devqtsp.Citizen: 20, devqtsp.Officer: 2, devqtsp.Analyst: 2, devqtsp.Administrator: 1, devqtsp.Auditor: 1,
	} {
		if count[role] < least {
			t.Errorf("%d of role %s, want at least %d", count[role], role, least)
		}
	}
}

func TestRNOKPPHasSexAndCheckDigit(t *testing.T) {
	birth := time.Date(1985, 6, 14, 0, 0, 0, 0, time.UTC)
	if got := devqtsp.RNOKPP(birth, 7, true); got[:9] != "312110072" || len(got) != 10 {
		t.Errorf("RNOKPP = %s", got)
	}
}

func TestSaveThenLoadKeepsTheSameTrust(t *testing.T) {
	a, dir := world(t)
	loaded, err := devqtsp.Load(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.RootDER(), loaded.RootDER()) || !slices.Equal(a.CADER(), loaded.CADER()) {
		t.Error("trust differs after Load")
	}
	if len(loaded.People()) != len(a.People()) {
		t.Errorf("%d people after Load, had %d", len(loaded.People()), len(a.People()))
	}
	if _, err := loaded.Sign("olena", []byte("text"), devqtsp.SignOptions{At: now}); err != nil {
		t.Error(err)
	}
	for _, f := range []string{"private/ca-key.pem", "people/olena/key.pem"} {
		info, err := os.Stat(filepath.Join(dir, f))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info, err)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "people.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name, DisplayName string
		Roles             []string
	}
	if err := json.Unmarshal(raw, &list); err != nil || list[0].DisplayName != "Тестова Олена Петрівна" {
		t.Errorf("people.json: %v %+v", err, list)
	}
}

func TestLoadTellsWhatIsWrong(t *testing.T) {
	code := func(err error) devqtsp.Code {
		var e *devqtsp.Error
		errors.As(err, &e)
		if e == nil {
			return ""
		}
		return e.Code
	}
	if _, err := devqtsp.Load(t.TempDir(), rand.Reader); code(err) != devqtsp.CodeNotFound {
		t.Errorf("empty folder: %v", err)
	}
	_, dir := world(t)
	other, err := os.ReadFile(filepath.Join(dir, "people", "petro", "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "people", "olena", "key.pem"), other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := devqtsp.Load(dir, rand.Reader); code(err) != devqtsp.CodeCorrupt {
		t.Errorf("another's key: %v", err)
	}
}

func TestOpenSSLAcceptsChainListAndSignature(t *testing.T) {
	a, dir := world(t)
	trust := func(f string) string { return filepath.Join(dir, "trust", f) }
	at := []string{"-attime", strconv.FormatInt(now.Unix(), 10)}
	for _, name := range []string{"olena", "petro", "iryna", "officer-waw"} {
		openssl(t, append(append([]string{"verify"}, at...), "-x509_strict", "-crl_check_all", "-CRLfile", trust("ca.crl"),
			"-CRLfile", trust("root.crl"), "-CAfile", trust("root.pem"),
			"-untrusted", filepath.Join(dir, "people", name, "chain.pem"), filepath.Join(dir, "people", name, "cert.pem"))...)
		signed, err := a.Sign(name, []byte("a\nb"), devqtsp.SignOptions{At: now})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "m.p7s")
		if err := os.WriteFile(file, signed, 0o600); err != nil {
			t.Fatal(err)
		}
		openssl(t, append([]string{
			"cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", file, "-purpose", "any",
			"-CAfile", trust("root.pem"), "-out", os.DevNull,
		}, at...)...)
	}
}
