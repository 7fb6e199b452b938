package mailer_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

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
