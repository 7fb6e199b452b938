package mailer_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"chesna/identity"
	"chesna/identity/mailer"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

func deps(s *server) mailer.Deps {
	address := s.listener.Addr().(*net.TCPAddr)
	return mailer.Deps{
		Host: "127.0.0.1", Port: address.Port, TLS: mailer.TLSNone, From: "queue@chesna.example", Name: "Чесна",
		Timeout: 5 * time.Second, Now: clock,
	}
}

func newSMTP(t *testing.T, d mailer.Deps) *mailer.SMTP {
	t.Helper()
	m, err := mailer.NewSMTP(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var letter = identity.Mail{
	To: "hanna@example.org", Subject: "Код 123456 для підтвердження електронної пошти",
	Text: "Ваш код: 123456\n.\n..крапки на початку рядка й довгий рядок: " + strings.Repeat("дуже ", 60) + "\n",
}

func TestConversation(t *testing.T) {
	s := start(t, &server{})
	if err := newSMTP(t, deps(s)).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	got := s.taken()
	if len(got) != 1 || !strings.Contains(got[0].from, "<queue@chesna.example>") || !strings.Contains(got[0].to, "<hanna@example.org>") {
		t.Fatal(got)
	}
	m, err := netmail.ReadMessage(strings.NewReader(got[0].data))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != letter.Text {
		t.Errorf("%v\n%q\n%q", err, body, letter.Text)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	from, err := m.Header.AddressList("From")
	if subject != letter.Subject || err != nil || from[0].Name != "Чесна" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Error(subject, from, err)
	}
	if at, err := m.Header.Date(); err != nil || !at.Equal(now) {
		t.Error(at, err)
	}
	if kind := m.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; charset=UTF-8") {
		t.Error(kind)
	}
	for _, line := range strings.Split(got[0].data, "\r\n") {
		if len(line) > 998 || strings.Trim(line, "\x09\x20\x21-\x7e") != "" && !isASCII(line) {
			t.Errorf("not mail: %q", line)
		}
	}
}

func isASCII(s string) bool {
	for _, r := range s {
		if r > 126 {
			return false
		}
	}
	return true
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestStartTLS(t *testing.T) {
	cert, pool := certificate(t)
	s := start(t, &server{tls: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}})
	d := deps(s)
	d.TLS = mailer.TLSStart
	if err := newSMTP(t, d).Send(t.Context(), letter); err == nil {
		t.Fatal("a certificate of an unknown authority was taken")
	}
	d.Roots = pool
	if err := newSMTP(t, d).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if len(s.taken()) != 1 || !s.secure {
		t.Fatal("not sent, or not by TLS")
	}
	plain := start(t, &server{})
	d = deps(plain)
	d.TLS = mailer.TLSStart
	if err := newSMTP(t, d).Send(t.Context(), letter); err == nil || len(plain.taken()) != 0 {
		t.Fatal("sent in the clear though TLS was asked for")
	}
}

func TestDirectTLS(t *testing.T) {
	cert, pool := certificate(t)
	s := start(t, &server{direct: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}})
	d := deps(s)
	d.TLS, d.Roots = mailer.TLSDirect, pool
	if err := newSMTP(t, d).Send(t.Context(), letter); err != nil || len(s.taken()) != 1 {
		t.Fatal(err, len(s.taken()))
	}
	d.Roots = nil
	if err := newSMTP(t, d).Send(t.Context(), letter); err == nil {
		t.Fatal("a certificate of an unknown authority was taken")
	}
}

func TestErrorsNameNobody(t *testing.T) {
	s := start(t, &server{refuse: "550 5.1.1 <hanna@example.org> unknown"})
	err := newSMTP(t, deps(s)).Send(t.Context(), letter)
	if err == nil || strings.Contains(err.Error(), "hanna") || !strings.Contains(err.Error(), "550") {
		t.Error(err)
	}
	d := deps(s)
	_ = s.listener.Close()
	if err := newSMTP(t, d).Send(t.Context(), letter); err == nil || strings.Contains(err.Error(), "hanna") {
		t.Error(err)
	}
	bad := letter
	bad.To = "hanna@example.org\r\nBcc: other@example.org"
	if err := newSMTP(t, d).Send(t.Context(), bad); err == nil || strings.Contains(err.Error(), "hanna") {
		t.Error(err)
	}
}

func TestSilentServerIsLeft(t *testing.T) {
	d := deps(start(t, &server{silent: true}))
	d.Timeout = 50 * time.Millisecond
	if err := newSMTP(t, d).Send(t.Context(), letter); err == nil {
		t.Error("sent to a silent server")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Timeout = 5 * time.Second
	if err := newSMTP(t, d).Send(ctx, letter); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestDependencies(t *testing.T) {
	good := mailer.Deps{Host: "h", Port: 25, TLS: mailer.TLSStart, From: "a@b.example", Timeout: time.Second, Now: clock}
	for name, change := range map[string]func(*mailer.Deps){
		"host": func(d *mailer.Deps) { d.Host = "" }, "port": func(d *mailer.Deps) { d.Port = 70000 }, "tls": func(d *mailer.Deps) { d.TLS = "" },
		"from": func(d *mailer.Deps) { d.From = "A <a@b.example>" }, "timeout": func(d *mailer.Deps) { d.Timeout = 0 },
		"clock": func(d *mailer.Deps) { d.Now = nil }, "half a login": func(d *mailer.Deps) { d.Username = "u" },
		"password in the clear": func(d *mailer.Deps) { d.Username, d.Password, d.TLS = "u", "p", mailer.TLSNone },
	} {
		d := good
		change(&d)
		if _, err := mailer.NewSMTP(d); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := mailer.NewSMTP(good); err != nil {
		t.Error(err)
	}
}

func TestMailbox(t *testing.T) {
	b, err := mailer.NewMailbox(2, clock)
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"1", "2", "3"} {
		if err := b.Send(t.Context(), identity.Mail{Subject: subject}); err != nil {
			t.Fatal(err)
		}
	}
	got := b.Mails()
	if len(got) != 2 || got[0].Mail.Subject != "3" || got[1].Mail.Subject != "2" || !got[0].At.Equal(now) {
		t.Error(got)
	}
	if _, err := mailer.NewMailbox(0, clock); err == nil {
		t.Error("a mailbox of no size")
	}
}
