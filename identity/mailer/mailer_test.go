package mailer_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"chesna/identity"
	"chesna/identity/mailer"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// server is a small mail server on loopback that speaks enough of RFC 5321 for one client at a time.
type server struct {
	listener net.Listener
	tls      *tls.Config // nil: no STARTTLS
	direct   *tls.Config // nil: no TLS from the first byte
	refuse   string      // answer to RCPT instead of taking it
	silent   bool        // says nothing at all

	wg     sync.WaitGroup
	mu     sync.Mutex
	mails  []envelope
	secure bool
}

type envelope struct{ from, to, data string }

func start(t *testing.T, s *server) *server {
	t.Helper()
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.wg.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			if s.direct != nil {
				conn = tls.Server(conn, s.direct)
			}
			s.wg.Go(func() { s.talk(conn); _ = conn.Close() })
		}
	})
	t.Cleanup(func() { _ = s.listener.Close(); s.wg.Wait() })
	return s
}

func (s *server) talk(conn net.Conn) {
	if s.silent {
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	in := bufio.NewReader(conn)
	say := func(format string, a ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", a...) }
	say("220 test")
	var e envelope
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		switch verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0]); verb {
		case "EHLO":
			if _, secure := conn.(*tls.Conn); s.tls != nil && !secure {
				say("250-test")
				say("250 STARTTLS")
			} else {
				say("250-test")
				say("250 8BITMIME")
			}
		case "STARTTLS":
			say("220 go on")
			upgraded := tls.Server(conn, s.tls)
			if upgraded.Handshake() != nil {
				return
			}
			conn, in = upgraded, bufio.NewReader(upgraded)
			say = func(format string, a ...any) { _, _ = fmt.Fprintf(upgraded, format+"\r\n", a...) }
			s.mu.Lock()
			s.secure = true
			s.mu.Unlock()
		case "MAIL":
			e.from = line
			say("250 ok")
		case "RCPT":
			if s.refuse != "" {
				say("%s", s.refuse)
				continue
			}
			e.to = line
			say("250 ok")
		case "DATA":
			say("354 go on")
			var data strings.Builder
			for {
				l, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				data.WriteString(strings.TrimPrefix(l, "."))
			}
			e.data = data.String()
			s.mu.Lock()
			s.mails = append(s.mails, e)
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) taken() []envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mails
}

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
