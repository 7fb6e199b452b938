package mailer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"chesna/identity"
)

// Received is a mail with the time it came.
type Received struct {
	At   time.Time
	Mail identity.Mail
}

// Mailbox keeps the last mails in memory, for the demo. It is safe for concurrent use.
type Mailbox struct {
	now  func() time.Time
	size int

	mu    sync.Mutex
	mails []Received // oldest first
}

// NewMailbox keeps at most size mails.
func NewMailbox(size int, now func() time.Time) (*Mailbox, error) {
	if size < 1 || now == nil {
		return nil, errors.New("mailer: a mailbox needs a size and a clock")
	}
	return &Mailbox{now: now, size: size}, nil
}

// Send implements identity.Mailer; the oldest mail gives way.
func (b *Mailbox) Send(_ context.Context, m identity.Mail) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.mails) == b.size {
		b.mails = slices.Delete(b.mails, 0, 1)
	}
	b.mails = append(b.mails, Received{At: b.now(), Mail: m})
	return nil
}

// Mails are the kept mails, newest first.
func (b *Mailbox) Mails() []Received {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := slices.Clone(b.mails)
	slices.Reverse(list)
	return list
}
