package problem

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chesna/booking"
	"chesna/identity"
)

// MediaType is the content type of a problem (RFC 9457).
const MediaType = "application/problem+json"

// Field points at one part of the input that is wrong. Pointer is an RFC 6901 pointer: into the body, or
// "/name" of the parameter when In is "path", "query" or "header".
type Field struct {
	Pointer string `json:"pointer"`
	In      string `json:"in,omitempty"`
	Code    string `json:"code"`
	Detail  string `json:"detail"`
}

// Problem is the answer to a refused request.
type Problem struct {
	Type     string  `json:"type"`
	Title    string  `json:"title"`
	Status   int     `json:"status"`
	Detail   string  `json:"detail,omitempty"`
	Instance string  `json:"instance,omitempty"`
	Code     string  `json:"code"`
	Reason   string  `json:"reason,omitempty"` // finer code, such as the signature verifier's
	Errors   []Field `json:"errors,omitempty"`
	// Document is what has to be signed before the same request can pass (below-legal-minimum); base64.
	Document []byte `json:"document,omitempty"`
	// Seats are the seats that stand in the way (seats-taken).
	Seats []string `json:"seats,omitempty"`

	Row        Row           `json:"-"`
	RetryAfter time.Duration `json:"-"`
	// Cause is the error that it came from, for the log only.
	Cause error `json:"-"`
}

// Of makes the problem of an error in a language ("uk" or "en"). Base is put before "/problems/<code>" in
// the type URI. An error without a known code becomes "internal".
func Of(err error, lang, base string) Problem {
	p := Problem{Cause: err}
	code, detail := describe(err, &p)
	row, ok := Find(code)
	if !ok {
		row, _ = Find(string(CodeInternal))
		p, detail = Problem{Cause: err}, ""
	}
	p.Row = row
	p.Code, p.Status, p.Type = row.Code, row.Status, base+"/problems/"+row.Code
	p.Title = row.Title.In(lang)
	p.Detail = row.Text.In(lang)
	if lang == "en" && row.Adds && detail != "" {
		p.Detail += " " + sentence(detail)
	}
	for i := range p.Errors {
		p.Errors[i].Detail = fieldText(p.Errors[i], lang)
	}
	if p.RetryAfter <= 0 {
		p.RetryAfter = row.Retry
	}
	return p
}

// describe finds the code and detail of an error and fills what the problem carries along.
func describe(err error, p *Problem) (code, detail string) {
	var ours *Error
	var book *booking.Error
	var who *identity.Error
	switch {
	case errors.As(err, &ours):
		p.Errors, p.RetryAfter = append(p.Errors, ours.Fields...), ours.RetryAfter
		return string(ours.Code), ours.Detail
	case errors.As(err, &book):
		for _, f := range book.Fields {
			p.Errors = append(p.Errors, Field{Pointer: f.Pointer, Code: f.Code, Detail: f.Detail})
		}
		for _, s := range book.Seats {
			p.Seats = append(p.Seats, string(s))
		}
		p.Document, p.RetryAfter = book.Document, book.RetryAfter
		return string(book.Code), book.Detail
	case errors.As(err, &who):
		for _, f := range who.Fields {
			p.Errors = append(p.Errors, Field{Pointer: f.Pointer, Code: f.Code, Detail: f.Detail})
		}
		p.Reason, p.RetryAfter = who.Reason, who.RetryAfter
		return string(who.Code), who.Detail
	case errors.Is(err, context.DeadlineExceeded):
		return string(CodeTimeout), ""
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return string(CodeBodyTooLarge), ""
	}
	return "", ""
}

// sentence makes a detail, which is written without capital and full stop, one.
func sentence(detail string) string {
	first, size := utf8.DecodeRuneInString(detail)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(detail[size:], ".") + "."
}

// Header sets the headers that go with the problem: Retry-After in whole seconds, rounded up, and
// WWW-Authenticate for 401.
func (p Problem) Header(h http.Header) {
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((p.RetryAfter+time.Second-1)/time.Second), 10))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="chesna"`)
	}
}

// Redo renders the problem in another language, keeping what it carries.
func (p Problem) Redo(lang, base string) Problem {
	q := Of(p.Cause, lang, base)
	q.Instance = p.Instance
	return q
}
