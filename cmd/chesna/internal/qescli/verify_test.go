package qescli_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chesna/cmd/chesna/internal/qescli"
	"chesna/identity/devqtsp"
	"chesna/identity/qes"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

var authority = sync.OnceValues(func() (*devqtsp.Authority, error) {
	people := devqtsp.DefaultPeople()
	people = slices.DeleteFunc(people, func(p devqtsp.PersonSpec) bool { return p.Key == devqtsp.RSA2048 })
	return devqtsp.Create(devqtsp.Deps{Rand: rand.Reader, Now: now, People: people})
})

// desk is a folder with everything the command reads.
type desk struct {
	*devqtsp.Authority
	dir string
}

func newDesk(t *testing.T) desk {
	t.Helper()
	a, err := authority()
	if err != nil {
		t.Fatal(err)
	}
	d := desk{Authority: a, dir: t.TempDir()}
	if err := a.Save(d.dir); err != nil {
		t.Fatal(err)
	}
	if err := a.SaveCRL(d.dir, now.Add(-time.Hour), 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	d.write(t, "text", []byte("text"))
	for name, o := range map[string]devqtsp.SignOptions{"attached": {}, "detached": {Detached: true}} {
		for _, who := range []string{"olena", "officer-waw"} {
			m, err := a.Sign(who, []byte("text"), o)
			if err != nil {
				t.Fatal(err)
			}
			d.write(t, who+"-"+name+".p7s", m)
			d.write(t, who+"-"+name+".pem", pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: m}))
		}
	}
	d.write(t, "root.der", a.RootDER())
	d.write(t, "garbage", []byte("garbage"))
	d.write(t, "empty", nil)
	return d
}

func (d desk) file(name string) string { return filepath.Join(d.dir, name) }

func (d desk) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(d.file(name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// args are good ones, to be spoilt.
func (d desk) args() qescli.Args {
	return qescli.Args{
		Root: []string{d.file("trust/root.pem")}, Intermediate: []string{d.file("trust/ca.pem")},
		CRL: []string{d.file("trust/ca.crl")}, Content: d.file("text"), Profile: "citizen",
		At: now.Format(time.RFC3339), Signature: d.file("olena-detached.p7s"),
	}
}

func TestVerify(t *testing.T) {
	d := newDesk(t)
	for title, c := range map[string]struct {
		spoil func(*qescli.Args)
		exit  int
		code  string
	}{
		"detached":                   {func(*qescli.Args) {}, 0, "ok"},
		"attached":                   {func(a *qescli.Args) { a.Signature, a.Content = d.file("olena-attached.p7s"), "" }, 0, "ok"},
		"PEM":                        {func(a *qescli.Args) { a.Signature = d.file("olena-detached.pem") }, 0, "ok"},
		"root as DER":                {func(a *qescli.Args) { a.Root = []string{d.file("root.der")} }, 0, "ok"},
		"no intermediate":            {func(a *qescli.Args) { a.Intermediate = nil }, 0, "ok"},
		"no list":                    {func(a *qescli.Args) { a.CRL = nil }, 0, "ok"},
		"root's list too":            {func(a *qescli.Args) { a.CRL = append(a.CRL, d.file("trust/root.crl")) }, 0, "ok"},
		"root's list alone":          {func(a *qescli.Args) { a.CRL = []string{d.file("trust/root.crl")} }, 1, "crl-missing"},
		"profile left out":           {func(a *qescli.Args) { a.Profile = "" }, 0, "ok"},
		"time with an offset":        {func(a *qescli.Args) { a.At = "2026-11-20T11:00:00+02:00" }, 0, "ok"},
		"officer":                    {func(a *qescli.Args) { a.Signature, a.Profile = d.file("officer-waw-detached.p7s"), "operator" }, 0, "ok"},
		"citizen as operator":        {func(a *qescli.Args) { a.Profile = "operator" }, 1, "no-institution"},
		"content missing":            {func(a *qescli.Args) { a.Content = "" }, 1, "content-missing"},
		"content empty":              {func(a *qescli.Args) { a.Content = d.file("empty") }, 1, "message-digest-mismatch"},
		"other content attached":     {func(a *qescli.Args) { a.Signature, a.Content = d.file("olena-attached.p7s"), d.file("garbage") }, 1, "content-mismatch"},
		"garbage":                    {func(a *qescli.Args) { a.Signature = d.file("garbage") }, 1, "malformed"},
		"empty signature":            {func(a *qescli.Args) { a.Signature = d.file("empty") }, 1, "malformed"},
		"garbage list":               {func(a *qescli.Args) { a.CRL = []string{d.file("garbage")} }, 1, "crl-malformed"},
		"list out of date":           {func(a *qescli.Args) { a.At = "2026-11-21T09:00:00Z" }, 1, "crl-expired"},
		"CA is no root":              {func(a *qescli.Args) { a.Root, a.Intermediate = []string{d.file("trust/tsa.pem")}, nil }, 1, "chain-untrusted"},
		"garbage root":               {func(a *qescli.Args) { a.Root = []string{d.file("garbage")} }, 2, ""},
		"no root":                    {func(a *qescli.Args) { a.Root = nil }, 2, ""},
		"no such file":               {func(a *qescli.Args) { a.Signature = d.file("nowhere") }, 2, ""},
		"time without a zone":        {func(a *qescli.Args) { a.At = "2026-11-20 09:00" }, 2, ""},
		"unknown profile":            {func(a *qescli.Args) { a.Profile = "consul" }, 2, ""},
		"a certificate for the list": {func(a *qescli.Args) { a.CRL = []string{d.file("trust/ca.pem")} }, 1, "crl-malformed"},
	} {
		t.Run(title, func(t *testing.T) {
			args := d.args()
			c.spoil(&args)
			var stdout, stderr bytes.Buffer
			if exit := qescli.Verify(args, &stdout, &stderr); exit != c.exit {
				t.Fatalf("exit %d, want %d: %s%s", exit, c.exit, stdout.String(), stderr.String())
			}
			if c.exit == qescli.ExitUsage {
				if stdout.Len() != 0 || strings.Count(stderr.String(), "\n") != 1 {
					t.Errorf("usage printed %q and %q", stdout.String(), stderr.String())
				}
				return
			}
			var report qes.Report
			decoder := json.NewDecoder(&stdout)
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&report); err != nil || decoder.More() {
				t.Fatal(err)
			}
			if report.Code != c.code || (report.Verdict == qes.Accept) != (c.exit == 0) {
				t.Errorf("report %+v, want code %s", report, c.code)
			}
			if named := report.Subject != (qes.ReportSubject{}); named != (c.exit == 0) {
				t.Errorf("subject of a %s: %+v", report.Verdict, report.Subject)
			}
		})
	}
}

func TestVerifyRefusesTheRevoked(t *testing.T) {
	d := newDesk(t)
	loaded, err := devqtsp.Load(d.dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := loaded.Person("olena")
	if err := loaded.Revoke(p.Certificate.SerialNumber, now.Add(-time.Minute), true); err != nil {
		t.Fatal(err)
	}
	if err := loaded.SaveCRL(d.dir, now, time.Hour); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if exit := qescli.Verify(d.args(), &stdout, &stderr); exit != 1 || !strings.Contains(stdout.String(), `"code":"revoked"`) {
		t.Errorf("exit %d: %s%s", exit, stdout.String(), stderr.String())
	}
	if err := loaded.Revoke(big.NewInt(1), now, false); err == nil {
		t.Error("an unknown serial number was revoked")
	}
}

func TestVerifyRefusesARevokedAuthority(t *testing.T) {
	d := newDesk(t)
	loaded, err := devqtsp.Load(d.dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := x509.ParseCertificate(loaded.CADER())
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Revoke(ca.SerialNumber, now.Add(-time.Minute), false); err != nil {
		t.Fatal(err)
	}
	if err := loaded.SaveCRL(d.dir, now, time.Hour); err != nil {
		t.Fatal(err)
	}
	args := d.args()
	args.CRL = append(args.CRL, d.file("trust/root.crl"))
	var stdout, stderr bytes.Buffer
	if exit := qescli.Verify(args, &stdout, &stderr); exit != 1 || !strings.Contains(stdout.String(), `"code":"issuer-revoked"`) {
		t.Errorf("exit %d: %s%s", exit, stdout.String(), stderr.String())
	}
}
