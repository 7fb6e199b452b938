package redisinv

import (
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"chesna/booking"
)

// unavailable says that Redis could not be asked: never "sold out".
func unavailable(doing string, cause error) error {
	return &booking.Error{
		Code: booking.CodeUnavailable, Detail: "the reservation service cannot be reached; try again",
		RetryAfter: time.Second, Cause: &opError{doing, cause},
	}
}

func noInventory() error {
	return &booking.Error{
		Code: booking.CodeNoInventory, Detail: "the seats of this post are being loaded; try again",
		RetryAfter: 2 * time.Second,
	}
}

func soldOut() error { return booking.Refuse(booking.CodeSoldOut, "no seat is free here now") }

func noHold() error { return booking.Refuse(booking.CodeHoldNotFound, "no such hold") }

func elsewhere() error {
	return &booking.Error{
		Code: booking.CodeHoldElsewhere, Detail: "this applicant has a hold in this service group already",
		RetryAfter: 5 * time.Second,
	}
}

// opError adds to a cause what was being done.
type opError struct {
	doing string
	err   error
}

func (e *opError) Error() string { return e.doing + ": " + e.err.Error() }
func (e *opError) Unwrap() error { return e.err }

// internalError marks a fault of ours, so that it is not taken for an unreachable server.
type internalError struct{ err error }

func (e *internalError) Error() string { return "redisinv: " + e.err.Error() }
func (e *internalError) Unwrap() error { return e.err }

// judge tells a fault of ours (a script that failed) from a server that cannot be reached or cannot write now.
func judge(doing string, err error) error {
	var internal *internalError
	var known *booking.Error
	switch {
	case err == nil, errors.As(err, &internal), errors.As(err, &known):
		return err
	case isFault(err):
		return &internalError{&opError{doing, err}}
	default:
		return unavailable(doing, err)
	}
}

// isFault tells answers that a right script never gets from those of a server that is loading, full or moving
// (LOADING, READONLY, CLUSTERDOWN, OOM and the like).
func isFault(err error) bool {
	var answer redis.Error
	if !errors.As(err, &answer) || strings.Contains(err.Error(), "max number of clients") {
		return false
	}
	text := answer.Error()
	return strings.HasPrefix(text, "ERR ") || strings.HasPrefix(text, "WRONGTYPE ") || strings.HasPrefix(text, "CROSSSLOT ")
}
