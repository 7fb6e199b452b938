package booking

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Turnstile stands before Reserve while seats of a post's group are opened to a crowd: people come in turns.
type Turnstile interface {
	// Admitted refuses with CodeWaitForTurn, and with when to ask again, whoever is not called while an opening of the post's
	// group runs. It answers nil where none runs.
	Admitted(ctx context.Context, person uuid.UUID, c ConsulateID, g GroupID) error
	// Took is told that the person holds a seat: her turn keeps no other one for her.
	Took(ctx context.Context, person uuid.UUID, c ConsulateID, g GroupID) error
}

// OpeningID names the opening of a post's group at an instant: consulate-group-opensAtUTC, such as
// "waw-passport-20261201T080000Z".
type OpeningID string

// NewOpeningID makes the name; parts of a second do not count.
func NewOpeningID(c ConsulateID, g GroupID, opensAt time.Time) OpeningID {
	return OpeningID(string(c) + "-" + string(g) + "-" + opensAt.UTC().Format("20060102T150405Z"))
}

// openingNotice is how long before it an opening must be published, at least.
const openingNotice = time.Minute

// opening is when the seats to be added open: the zero time for at once.
func (p WeekPlan) opening(now time.Time, add []Seat) (time.Time, error) {
	if p.OpensAt == nil {
		return time.Time{}, nil
	}
	at := p.OpensAt.UTC().Truncate(time.Second)
	wrong := func(code, detail string) (time.Time, error) {
		return time.Time{}, &Error{Code: CodeInvalid, Detail: detail, Fields: []FieldError{{Pointer: "/opensAt", Code: code, Detail: detail}}}
	}
	if at.Before(now.Add(openingNotice)) {
		return wrong("too-early", "it must lie at least a minute ahead")
	}
	for _, s := range add {
		if s.Pool == PoolOpen && !s.Start.After(at) {
			return wrong("too-late", "a seat begins before it")
		}
	}
	return at, nil
}
