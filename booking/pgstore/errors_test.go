package pgstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"chesna/booking"
)

func TestMapError(t *testing.T) {
	unique := func(name string) error { return &pgconn.PgError{Code: stateUniqueViolation, ConstraintName: name} }
	for _, c := range []struct {
		err  error
		want booking.Code
	}{
		{nil, ""},
		{booking.Refuse(booking.CodeTooLate, ""), booking.CodeTooLate},
		{unique("seat_claims_pkey"), booking.CodeSeatTaken},
		{unique("person_claims_pkey"), booking.CodeAlreadyBooked},
		{unique("appointments_hold_id_key"), booking.CodeAlreadyConfirmed},
		{unique("ended_holds_pkey"), booking.CodeAlreadyConfirmed},
		{unique("appointments_signature_digest_key"), booking.CodeSignatureReused},
		{unique("ended_holds_nonce_key"), booking.CodeSignatureReused},
		{unique("appointments_reference_key"), booking.CodeInvalid},
		{unique("weeks_pkey"), booking.CodeStale},
		{unique("something_else"), ""},
		{&pgconn.PgError{Code: stateExclusionViolation}, booking.CodeInvalid},
		{&pgconn.PgError{Code: "23514"}, ""}, // a check of ours: a fault, not a refusal
		{&pgconn.PgError{Code: "57P01"}, booking.CodeUnavailable},
		{&pgconn.PgError{Code: "53300"}, booking.CodeUnavailable},
		{&pgconn.PgError{Code: "08006"}, booking.CodeUnavailable},
		{&pgconn.PgError{Code: stateDeadlock}, booking.CodeUnavailable},
		{&pgconn.PgError{Code: stateReadOnlyTransaction}, booking.CodeUnavailable},
		{io.ErrUnexpectedEOF, booking.CodeUnavailable},
		{context.DeadlineExceeded, booking.CodeUnavailable},
		{errors.New("no idea"), ""},
	} {
		got := mapError("test", c.err)
		if booking.CodeOf(got) != c.want || (c.err == nil) != (got == nil) {
			t.Errorf("%v becomes %v, want code %q", c.err, got, c.want)
		}
		if c.err != nil && !errors.Is(got, c.err) {
			t.Errorf("%v lost its cause", c.err)
		}
	}
	if err := mapError("test", fmt.Errorf("x: %w", context.Canceled)); !errors.Is(err, context.Canceled) || booking.CodeOf(err) != "" {
		t.Errorf("an ended context becomes %v", err)
	}
}

// TestConstraintNames: the names that the map knows are those that the migrations make.
func TestConstraintNames(t *testing.T) {
	schema, err := os.ReadFile("migrations/00001_ledger.sql")
	if err != nil {
		t.Fatal(err)
	}
	for table, pattern := range map[string]string{
		"seat_claims": `seat\s+text PRIMARY KEY`, "person_claims": `PRIMARY KEY \(applicant, service_group\)`,
		"appointments": `hold_id\s+text NOT NULL UNIQUE`, "ended_holds": `nonce\s+text UNIQUE`, "weeks": `PRIMARY KEY \(consulate`,
	} {
		body := regexp.MustCompile(`(?s)CREATE TABLE booking\.` + table + ` \(.*?\n\)`).Find(schema)
		if !regexp.MustCompile(pattern).Match(body) {
			t.Errorf("table %s has no %s", table, pattern)
		}
	}
}
