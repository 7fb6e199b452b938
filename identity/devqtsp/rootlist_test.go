package devqtsp_test

import (
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"chesna/identity/devqtsp"
	"chesna/identity/qes"
)

func read(t *testing.T, parts ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// judge verifies a signature by everybody with the lists of a folder, the whole chain being required.
func judge(t *testing.T, a *devqtsp.Authority, dir string, lists ...string) error {
	t.Helper()
	var files [][]byte
	for _, name := range lists {
		files = append(files, read(t, dir, "trust", name))
	}
	trust, err := qes.ParseTrust([][]byte{a.RootDER()}, [][]byte{a.CADER()}, files)
	if err != nil {
		t.Fatal(err)
	}
	v, err := qes.New(qes.Deps{Trust: trust, Revocation: qes.RequireChain})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range a.People() {
		text := []byte("text")
		message, err := a.Sign(p.Spec.Name, text, devqtsp.SignOptions{At: now})
		if err != nil {
			t.Fatal(err)
		}
		profile := qes.ProfileCitizen
		if p.Spec.EDRPOU != "" {
			profile = qes.ProfileOperator
		}
		if _, err = v.Verify(qes.Request{Message: message, Content: text, At: now, Profile: profile}); err != nil {
			return err
		}
	}
	return nil
}

func TestWholeChainIsAcceptedWithBothLists(t *testing.T) {
	a, dir := world(t)
	if err := judge(t, a, dir, "ca.crl", "root.crl"); err != nil {
		t.Error(err)
	}
	for _, lists := range [][]string{{"ca.crl"}, {"root.crl"}} {
		if err := judge(t, a, dir, lists...); qes.CodeOf(err) != qes.CodeCRLMissing {
			t.Errorf("%v alone: %v", lists, err)
		}
	}
}

func TestRevokedCAIsListedByTheRootAndRefused(t *testing.T) {
	a, dir := small(t), t.TempDir()
	ca, err := x509.ParseCertificate(a.CADER())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Revoke(ca.SerialNumber, now.Add(-time.Minute), false); err != nil {
		t.Fatal(err)
	}
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := devqtsp.Load(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.SaveCRL(dir, now, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := judge(t, loaded, dir, "ca.crl", "root.crl"); qes.CodeOf(err) != qes.CodeIssuerRevoked {
		t.Errorf("after the CA's revocation: %v", err)
	}
	if l := list(t, loaded, now); len(l.RevokedCertificateEntries) != 0 {
		t.Error("the CA lists itself")
	}
	if err := a.Revoke(rootSerial(t, a), now, false); codeOf(err) != devqtsp.CodeUnknownSerial {
		t.Errorf("the root was revoked by itself: %v", err)
	}
}

func rootSerial(t *testing.T, a *devqtsp.Authority) *big.Int {
	t.Helper()
	root, err := x509.ParseCertificate(a.RootDER())
	if err != nil {
		t.Fatal(err)
	}
	return root.SerialNumber
}

func TestRootListIsOfTheRoot(t *testing.T) {
	a := small(t)
	p, _ := a.Person("olena")
	tsa, err := x509.ParseCertificate(a.TSADER())
	if err != nil {
		t.Fatal(err)
	}
	for _, serial := range []*big.Int{p.Certificate.SerialNumber, tsa.SerialNumber} {
		if err := a.Revoke(serial, now, false); err != nil {
			t.Fatal(err)
		}
	}
	der, err := a.RootCRL(now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	l, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(a.RootDER())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CheckSignatureFrom(root); err != nil {
		t.Error(err)
	}
	if e := l.RevokedCertificateEntries; len(e) != 1 || e[0].SerialNumber.Cmp(tsa.SerialNumber) != 0 || !l.NextUpdate.Equal(now.Add(time.Hour)) {
		t.Errorf("root's list: %+v", e)
	}
}

// TestCertificatesNameTheListOfTheirIssuer: people the CA's, CA and time stamps the root's.
func TestCertificatesNameTheListOfTheirIssuer(t *testing.T) {
	a, err := devqtsp.Create(devqtsp.Deps{
		Rand: rand.Reader, Now: now, People: devqtsp.DefaultPeople()[:1],
		CRLURL: "http://lists.invalid/ca.crl", RootCRLURL: "http://lists.invalid/root.crl",
	})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := a.Person("olena")
	for want, ders := range map[string][][]byte{
		"http://lists.invalid/ca.crl":   {p.Certificate.Raw},
		"http://lists.invalid/root.crl": {a.CADER(), a.TSADER()},
	} {
		for _, der := range ders {
			c, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(c.CRLDistributionPoints, []string{want}) {
				t.Errorf("%s: %v", c.Subject.CommonName, c.CRLDistributionPoints)
			}
		}
	}
}

// TestFolderOfAnOlderVersionLoads: its CA and time stamp name the CA's list, for there was no other.
func TestFolderOfAnOlderVersionLoads(t *testing.T) {
	const only = "http://crl.chesna.invalid/ca.crl"
	older, err := devqtsp.Create(devqtsp.Deps{
		Rand: rand.Reader, Now: now, People: devqtsp.DefaultPeople()[:1], CRLURL: only, RootCRLURL: only,
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := older.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := devqtsp.Load(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.SaveCRL(dir, now, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := judge(t, loaded, dir, "ca.crl", "root.crl"); err != nil {
		t.Error(err)
	}
}
