package pgstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"chesna/booking"
)

// States of PostgreSQL that this package reads (appendix A of its manual).
const (
	stateUniqueViolation     = "23505"
	stateExclusionViolation  = "23P01"
	stateSerialization       = "40001"
	stateDeadlock            = "40P01"
	stateQueryCanceled       = "57014"
	stateLockNotAvailable    = "55P03"
	stateReadOnlyTransaction = "25006" // the master has become a stand-by
)

const unavailableRetry = time.Second

// mapError turns an error of the driver into one of the domain; what says what was being done. Refusals pass
// unchanged, an ended context stays recognisable.
func mapError(what string, err error) error {
	var refusal *booking.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return err
	case unreachable(err):
		return &booking.Error{
			Code: booking.CodeUnavailable, Detail: "the ledger cannot be reached", RetryAfter: unavailableRetry,
			Cause: fmt.Errorf("%s: %w", what, err),
		}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if code, detail := violation(pg); code != "" {
			return &booking.Error{Code: code, Detail: detail, Cause: fmt.Errorf("%s: %w", what, err)}
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// violation names the code that a broken constraint stands for, with words for the person; "" for others.
func violation(pg *pgconn.PgError) (booking.Code, string) {
	if pg.Code == stateExclusionViolation {
		return booking.CodeInvalid, "two seats of one counter overlap"
	}
	if pg.Code != stateUniqueViolation {
		return "", ""
	}
	switch pg.ConstraintName {
	case "seat_claims_pkey":
		return booking.CodeSeatTaken, "the seat is no longer open"
	case "person_claims_pkey":
		return booking.CodeAlreadyBooked, "there is an active appointment in this group of services"
	case "appointments_hold_id_key", "ended_holds_pkey":
		return booking.CodeAlreadyConfirmed, "the hold has been used"
	case "appointments_signature_digest_key", "ended_holds_nonce_key":
		return booking.CodeSignatureReused, "this signature has been accepted before"
	case "appointments_reference_key", "appointments_pkey":
		return booking.CodeInvalid, "the reference is in use; choose another"
	case "weeks_pkey":
		return booking.CodeStale, "the week has been published by someone else meanwhile"
	}
	return "", ""
}

// unreachable tells whether the database could not be asked or could not answer now, as against refusing.
func unreachable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") ||
			strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "58") || tryAgain(err) ||
			pg.Code == stateQueryCanceled || pg.Code == stateLockNotAvailable || pg.Code == stateReadOnlyTransaction
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err) || errors.Is(err, puddle.ErrClosedPool)
}

// tryAgain tells whether the same transaction may succeed when run anew.
func tryAgain(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == stateSerialization || pg.Code == stateDeadlock)
}

// neverSent tells whether the statement did not reach the server at all: its connection had died before.
func neverSent(err error) bool { return err != nil && pgconn.SafeToRetry(err) }

func hasPoolSize(dsn string) bool { return strings.Contains(dsn, "pool_max_conns") }
