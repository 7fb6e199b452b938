package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/wneessen/go-mail"

	"chesna/identity"
)

// TLS says how the connection to the mail server is protected.
type TLS string

const (
	// TLSNone sends in the clear: for a server on the same machine only.
	TLSNone TLS = "none"
	// TLSStart demands STARTTLS (RFC 3207).
	TLSStart TLS = "starttls"
	// TLSDirect speaks TLS from the first byte (RFC 8314).
	TLSDirect TLS = "tls"
)

// Deps is what an SMTP mailer works with.
type Deps struct {
	Host string
	Port int
	TLS  TLS
	// Username and Password are both empty where the server wants none; they are never sent without TLS.
	Username, Password string
	// From is a bare address; Name is shown before it.
	From, Name string
	Timeout    time.Duration
	// Roots are the authorities the server's certificate must come from; nil: the system's.
	Roots *x509.CertPool
	Now   func() time.Time // for the Date header
}

// SMTP implements identity.Mailer, one connection per mail. It is safe for concurrent use.
type SMTP struct {
	deps    Deps
	tls     *tls.Config
	options []mail.Option
}

// NewSMTP checks the dependencies; it does not connect yet.
func NewSMTP(d Deps) (*SMTP, error) {
	var errs []error
	want := func(ok bool, text string) {
		if !ok {
			errs = append(errs, errors.New("mailer: "+text))
		}
	}
	want(d.Host != "", "no host")
	want(d.Port > 0 && d.Port < 1<<16, "no port")
	want(d.Timeout > 0, "no timeout")
	want(d.Now != nil, "no clock")
	want((d.Username == "") == (d.Password == ""), "username and password go together")
	want(d.Username == "" || d.TLS != TLSNone, "a password must not travel without TLS")
	address, ok := identity.CheckEmail(d.From)
	want(ok && address == d.From, "From is not a bare e-mail address")
	config := &tls.Config{ServerName: d.Host, RootCAs: d.Roots, MinVersion: tls.VersionTLS12}
	options := []mail.Option{mail.WithPort(d.Port), mail.WithTimeout(d.Timeout), mail.WithoutNoop(), mail.WithTLSConfig(config)}
	switch d.TLS {
	case TLSNone:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case TLSStart:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case TLSDirect:
		options = append(options, mail.WithSSL())
	default:
		want(false, "TLS is none, starttls or tls")
	}
	if d.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(d.Username), mail.WithPassword(d.Password))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &SMTP{deps: d, tls: config, options: options}, nil
}

// Send delivers one mail or answers why not, without addresses.
func (s *SMTP) Send(ctx context.Context, m identity.Mail) error {
	message, err := s.compose(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.deps.Timeout)
	defer cancel()
	line := connection{tls: s.tls, direct: s.deps.TLS == TLSDirect}
	client, err := mail.NewClient(s.deps.Host, append(slices.Clone(s.options), mail.WithDialContextFunc(line.dial))...)
	if err != nil {
		return errors.New("mailer: the mail client cannot be made")
	}
	defer line.close()
	defer context.AfterFunc(ctx, line.close)() // an answer that does not come is not waited for
	if err := client.DialAndSendWithContext(ctx, message); err != nil {
		return anonymous(errors.Join(err, ctx.Err()))
	}
	return nil
}

// connection is one connection to the server that is closed whatever happens: go-mail leaves it open when TLS fails.
type connection struct {
	tls    *tls.Config
	direct bool

	mu   sync.Mutex
	conn net.Conn
	over bool
}

func (c *connection) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	if c.direct {
		conn, err = (&tls.Dialer{Config: c.tls}).DialContext(ctx, network, address)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	c.conn = conn
	return conn, nil
}

func (c *connection) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	if c.conn != nil {
		_ = c.conn.Close() // a second time does nothing
	}
}

func (s *SMTP) compose(m identity.Mail) (*mail.Msg, error) {
	message := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP))
	if message.FromFormat(s.deps.Name, s.deps.From) != nil || message.To(m.To) != nil {
		return nil, errors.New("mailer: an address cannot be used") // the cause quotes it
	}
	message.Subject(m.Subject)
	message.SetDateWithValue(s.deps.Now())
	message.SetMessageID()
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers, please
	message.SetBodyString(mail.TypeTextPlain, m.Text)
	return message, nil
}

// anonymous keeps of an error what names no recipient: go-mail's texts quote addresses, and so do servers' answers.
func anonymous(err error) error {
	var refused *mail.SendError
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("mailer: %w", context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("mailer: %w", context.DeadlineExceeded)
	case errors.As(err, &refused) && refused.ErrorCode() != 0:
		return fmt.Errorf("mailer: the server refused with code %d", refused.ErrorCode())
	case errors.As(err, &refused):
		return errors.New("mailer: the mail was not taken")
	}
	return errors.New("mailer: the server cannot be reached, or not as safely as asked for")
}
