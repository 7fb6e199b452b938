package identity

import (
	"errors"
	"time"
)

// Code names a reason why identity refused. The edge turns each into an RFC 9457 problem.
type Code string

const (
	CodeInvalid           Code = "invalid"            // a field is wrong; Fields says which
	CodeUnauthenticated   Code = "unauthenticated"    // no session, or it is over
	CodeForbidden         Code = "forbidden"          // not within the rights given
	CodeChallengeUnknown  Code = "challenge-unknown"  // used, expired or never issued
	CodeSignatureRejected Code = "signature-rejected" // Reason holds the verifier's code
	CodeSignerMismatch    Code = "signer-mismatch"    // signed by somebody else
	CodeIdentityConflict  Code = "identity-conflict"  // the certificate joins two persons; an officer decides
	CodeEmailUnverified   Code = "email-unverified"   // an address is asked for and verified at first sign-in
	CodeEmailCode         Code = "email-code"         // wrong or expired code
	CodeCountryFixed      Code = "country-fixed"      // changed less than 90 days ago
	CodeRateLimited       Code = "rate-limited"       // too many of these by this person; RetryAfter
	CodeUnavailable       Code = "unavailable"        // a store cannot be reached
	CodePersonUnknown     Code = "person-unknown"
)

// FieldError points at one field of the input that is wrong.
type FieldError struct {
	Pointer string // RFC 6901 JSON pointer
	Code    string
	Detail  string
}

// Error is a refusal with its reason; Detail is for the person, Cause for the log.
type Error struct {
	Code       Code
	Reason     string // a finer code, such as the verifier's
	Detail     string
	Fields     []FieldError
	RetryAfter time.Duration
	Cause      error
}

// Error returns the codes and the detail.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Reason != "" {
		s += " (" + e.Reason + ")"
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is compare codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// CodeOf returns the code of an error, or "".
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
