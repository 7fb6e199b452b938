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
		if code, ok := violation(pg); ok {
			return &booking.Error{Code: code, Detail: "the ledger refused it", Cause: fmt.Errorf("%s: %w", what, err)}
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// violation names the code that a broken constraint stands for.
func violation(pg *pgconn.PgError) (booking.Code, bool) {
	if pg.Code == stateExclusionViolation {
		return booking.CodeInvalid, true // two seats of one counter overlap
	}
	if pg.Code != stateUniqueViolation {
		return "", false
	}
	switch pg.ConstraintName {
	case "seat_claims_pkey":
		return booking.CodeSeatTaken, true
	case "person_claims_pkey":
		return booking.CodeAlreadyBooked, true
	case "appointments_hold_id_key":
		return booking.CodeAlreadyConfirmed, true
	case "appointments_signature_digest_key", "consumed_nonces_pkey":
		return booking.CodeSignatureReused, true
	case "appointments_reference_key", "appointments_pkey":
		return booking.CodeInvalid, true
	case "weeks_pkey":
		return booking.CodeStale, true
	}
	return "", false
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

func hasPoolSize(dsn string) bool { return strings.Contains(dsn, "pool_max_conns") }
