package identitytest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"chesna/identity"
)

// Clock is a clock that stands still until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a time.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now is the time it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type signature struct {
	Assertion identity.Assertion
	Document  [32]byte
	Salt      [16]byte
}

// Sign makes a make-believe signature of a person over a document; two over the same differ in their digest.
func Sign(a identity.Assertion, document []byte) []byte {
	s := signature{Assertion: a, Document: sha256.Sum256(document)}
	_, _ = rand.Read(s.Salt[:])
	out, err := json.Marshal(s)
	if err != nil {
		panic(err) // an assertion can always be encoded
	}
	return out
}

// Signatures verifies what Sign made.
type Signatures struct{}

// Verify implements identity.SignatureVerifier.
func (Signatures) Verify(_ context.Context, document, raw []byte, _ time.Time) (identity.Assertion, error) {
	var s signature
	if json.Unmarshal(raw, &s) != nil {
		return identity.Assertion{}, &identity.Error{Code: identity.CodeSignatureRejected, Reason: "malformed"}
	}
	if s.Document != sha256.Sum256(document) {
		return identity.Assertion{}, &identity.Error{Code: identity.CodeSignatureRejected, Reason: "content-mismatch"}
	}
	s.Assertion.SignerInfo = sha256.Sum256(raw)
	return s.Assertion, nil
}

// Person makes the n-th made-up person; n from 0 to 9999. Her numbers are well-formed and belong to nobody.
func Person(n int) identity.Assertion {
	rnokpp := fmt.Sprintf("00000%04d", n)
	for d := range 10 {
		if identity.ValidRNOKPP(rnokpp + string(rune('0'+d))) {
			rnokpp += string(rune('0' + d))
			break
		}
	}
	return identity.Assertion{
		Names:       identity.Names{Surname: fmt.Sprintf("Прикладна-%d", n), GivenName: "Ярина", Patronymic: "Тестівна"},
		RNOKPP:      rnokpp,
		UNZR:        fmt.Sprintf("19000101-%05d", n),
		Certificate: sha256.Sum256([]byte(rnokpp)),
	}
}

// Outbox keeps the mails that were sent, or fails to.
type Outbox struct {
	mu    sync.Mutex
	mails []identity.Mail
	err   error
}

// Send implements identity.Mailer.
func (o *Outbox) Send(_ context.Context, m identity.Mail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return o.err
	}
	o.mails = append(o.mails, m)
	return nil
}

// Fail makes Send answer an error, or succeed again with nil.
func (o *Outbox) Fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.err = err
}

// Mails are the mails sent so far.
func (o *Outbox) Mails() []identity.Mail {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]identity.Mail(nil), o.mails...)
}
