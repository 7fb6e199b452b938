package qes_test

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"chesna/identity/devqtsp"
	"chesna/identity/qes"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

var demo = sync.OnceValues(func() (*devqtsp.Authority, error) {
	return devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: devqtsp.DefaultPeople()})
})

// demoWorld is the demo's authority and a verifier that trusts it.
func demoWorld(t testing.TB) (*devqtsp.Authority, *qes.Verifier) {
	t.Helper()
	a, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	crl, err := a.CRL(now.Add(-time.Minute), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return a, verifier(t, qes.Deps{}, [][]byte{a.RootDER()}, [][]byte{a.CADER()}, [][]byte{crl})
}

func verifier(t testing.TB, deps qes.Deps, roots, intermediates, lists [][]byte) *qes.Verifier {
	t.Helper()
	trust, err := qes.ParseTrust(roots, intermediates, lists)
	if err != nil {
		t.Fatal(err)
	}
	deps.Trust = trust
	v, err := qes.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDemoPeopleAreAccepted(t *testing.T) {
	a, v := demoWorld(t)
	text := []byte("Текст до підпису\n")
	for _, p := range a.People() {
		for _, detached := range []bool{false, true} {
			message, err := a.Sign(p.Spec.Name, text, devqtsp.SignOptions{Detached: detached, At: now})
			if err != nil {
				t.Fatal(err)
			}
			profile := qes.ProfileCitizen
			if p.Spec.EDRPOU != "" {
				profile = qes.ProfileOperator
			}
			got, err := v.Verify(qes.Request{Message: message, Content: text, At: now, Profile: profile})
			if err != nil {
				t.Errorf("%s: %v", p.Spec.Name, err)
				continue
			}
			s := got.Subject
			if s.CommonName != p.Spec.DisplayName() || s.RNOKPP != p.Spec.RNOKPP || s.UNZR != p.Spec.UNZR ||
				s.Document != p.Spec.Document || s.EDRPOU != p.Spec.EDRPOU {
				t.Errorf("%s: wrong subject", p.Spec.Name)
			}
			if s.RNOKPP != "" && !qes.ValidRNOKPP(s.RNOKPP) {
				t.Errorf("%s: wrong check digit", p.Spec.Name)
			}
			surname, given, patronymic := s.Names()
			if surname != p.Spec.Surname || given != p.Spec.GivenName || patronymic != p.Spec.Patronymic {
				t.Errorf("%s: names split wrongly", p.Spec.Name)
			}
			if !bytes.Equal(got.Content, text) || got.Detached != detached || !got.SigningTime.Equal(now) || !got.Device ||
				!got.RevocationChecked || len(got.Chain) != 2 {
				t.Errorf("%s: %+v", p.Spec.Name, got)
			}
		}
	}
}

func TestOpenSSLSignaturesAreAccepted(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Fatal("openssl is not installed: make deps")
	}
	a, v := demoWorld(t)
	dir := t.TempDir()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	text := []byte("рядок один\nрядок два\r\n\x00\xff")
	plain := filepath.Join(dir, "text")
	if err := os.WriteFile(plain, text, 0o600); err != nil {
		t.Fatal(err)
	}
	variants := map[string][]string{
		"attached":        {"-nodetach"},
		"detached":        {},
		"key identifier":  {"-keyid", "-nodetach"},
		"streamed as BER": {"-stream", "-nodetach"},
		"SHA-384":         {"-md", "sha384"},
		"SHA-512":         {"-md", "sha512", "-nodetach"},
		"no chain":        {"-nodetach", "-nosmimecap"},
		"as PEM":          {"-outform", "PEM"},
	}
	for _, name := range []string{"olena", "petro", "iryna"} { // P-256, RSA, P-384
		for title, extra := range variants {
			t.Run(name+" "+title, func(t *testing.T) {
				checkOpenSSL(t, v, dir, name, text, extra)
			})
		}
	}
	t.Run("petro PSS", func(t *testing.T) {
		checkOpenSSL(t, v, dir, "petro", text, []string{"-nodetach", "-keyopt", "rsa_padding_mode:pss"})
	})
}

func checkOpenSSL(t *testing.T, v *qes.Verifier, dir, name string, text []byte, extra []string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "m.p7s")
	folder := filepath.Join(dir, "people", name)
	args := append([]string{
		"cms", "-sign", "-cades", "-binary", "-outform", "DER", "-in", filepath.Join(dir, "text"), "-out", out,
		"-signer", filepath.Join(folder, "cert.pem"), "-inkey", filepath.Join(folder, "key.pem"),
	}, extra...)
	if output, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	message, err := qes.DecodeMessage(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(qes.Request{Message: message, Content: text, At: now, Profile: qes.ProfileCitizen})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Content, text) {
		t.Error("other content")
	}
}

func TestPersonalDataStaysOutOfLogs(t *testing.T) {
	a, v := demoWorld(t)
	message, err := a.Sign("olena", []byte("x"), devqtsp.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(qes.Request{Message: message, At: now, Profile: qes.ProfileCitizen})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("seen", "signature", got, "subject", got.Subject, "text", got.Subject.String())
	for _, personal := range []string{got.Subject.Surname, got.Subject.RNOKPP, got.Subject.UNZR, got.Subject.GivenName} {
		if strings.Contains(out.String(), personal) {
			t.Errorf("the log shows %q", personal)
		}
	}
}
