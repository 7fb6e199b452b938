package problem

import (
	"errors"
	"time"
)

// Code names a refusal of the edge itself. Codes of booking and identity are named there.
type Code string

const (
	CodeInvalid              Code = "invalid"                // a field is wrong; shared with booking and identity
	CodeInternal             Code = "internal"               // our fault; the log knows more
	CodeNotFound             Code = "not-found"              // no such address
	CodeMethodNotAllowed     Code = "method-not-allowed"     // the address exists, not with this method
	CodeMalformedBody        Code = "malformed-body"         // not JSON, duplicate keys, too deep, bytes after the end
	CodeBodyTooLarge         Code = "body-too-large"         // longer than the limit
	CodeUnsupportedMediaType Code = "unsupported-media-type" // Content-Type is not what the operation takes
	CodeMalformedRequest     Code = "malformed-request"      // the request as such (address, encoding, headers)
	CodeTooManyRequests      Code = "too-many-requests"      // coarse limit by client address
	CodeCrossOrigin          Code = "cross-origin"           // a form was sent from another site
	CodeFormToken            Code = "form-token"             // the form's token is missing, old or of another session
	CodeIfMatchRequired      Code = "if-match-required"      // say which revision you saw
	CodeTimeout              Code = "timeout"                // it took too long and was given up
	CodeNotReady             Code = "not-ready"              // a part is not ready (readyz)
)

// Error is a refusal of the edge. Detail holds no input; Cause is for the log.
type Error struct {
	Code       Code
	Detail     string
	Fields     []Field
	RetryAfter time.Duration
	Cause      error
}

// Refuse makes an Error of a code and a detail, which may be empty: the row's explanation stands in for it.
func Refuse(c Code, detail string, fields ...Field) *Error {
	return &Error{Code: c, Detail: detail, Fields: fields}
}

// Error returns the code and, for the log, the cause.
func (e *Error) Error() string {
	s := string(e.Code)
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
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}
