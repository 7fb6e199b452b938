package problem_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"chesna/api/problem"
	"chesna/booking"
	"chesna/identity"
)

func TestOf(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.1: secret")
	for name, tc := range map[string]struct {
		err    error
		code   string
		status int
		retry  time.Duration
	}{
		"booking":           {&booking.Error{Code: booking.CodeSoldOut, Cause: cause}, "sold-out", 409, 0},
		"booking, wrapped":  {fmt.Errorf("hold: %w", booking.Refuse(booking.CodeHoldExpired, "")), "hold-expired", 410, 0},
		"booking, time":     {&booking.Error{Code: booking.CodeHoldLimit, RetryAfter: 90 * time.Minute}, "hold-limit", 429, 90 * time.Minute},
		"booking, no time":  {booking.Refuse(booking.CodeNoInventory, ""), "no-inventory", 503, 5 * time.Second},
		"identity":          {&identity.Error{Code: identity.CodeUnauthenticated, Cause: cause}, "unauthenticated", 401, 0},
		"identity, wrapped": {fmt.Errorf("sign in: %w", &identity.Error{Code: identity.CodeRateLimited, RetryAfter: 7 * time.Second}), "rate-limited", 429, 7 * time.Second},
		"edge":              {problem.Refuse(problem.CodeFormToken, ""), "form-token", 403, 0},
		"edge around":       {&problem.Error{Code: problem.CodeMalformedRequest, Cause: &booking.Error{Code: booking.CodeSoldOut}}, "malformed-request", 400, 0},
		"deadline":          {fmt.Errorf("query: %w", context.DeadlineExceeded), "timeout", 503, 5 * time.Second},
		"large body":        {fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), "body-too-large", 413, 0},
		"no code":           {cause, "internal", 500, 0},
		"code without row":  {&booking.Error{Code: "made-up", Detail: "secret", Document: []byte("secret")}, "internal", 500, 0},
		"nil":               {nil, "internal", 500, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for lang, title := range map[string]func(problem.Row) string{
				"uk": func(r problem.Row) string { return r.Title.UK }, "en": func(r problem.Row) string { return r.Title.EN },
			} {
				p := problem.Of(tc.err, lang, "https://chesna.test")
				if p.Code != tc.code || p.Status != tc.status || p.RetryAfter != tc.retry || p.Type != "https://chesna.test/problems/"+tc.code {
					t.Errorf("%s %d %v %s", p.Code, p.Status, p.RetryAfter, p.Type)
				}
				if p.Title != title(p.Row) || p.Detail == "" {
					t.Errorf("%s: title %q, detail %q", lang, p.Title, p.Detail)
				}
				text, err := json.Marshal(p)
				if err != nil || strings.Contains(string(text), "secret") {
					t.Errorf("%s, %v", text, err)
				}
			}
		})
	}
}

func TestWhatAProblemCarries(t *testing.T) {
	p := problem.Of(&booking.Error{
		Code: booking.CodeBelowMinimum, Detail: "20 minutes below", Document: []byte("підпишіть"), Seats: []booking.SeatID{"waw-c1-20410107T0800Z-20"},
		Fields: []booking.FieldError{{Pointer: "/signature", Code: "required", Detail: "sign it"}},
	}, "en", "")
	if !strings.HasSuffix(p.Detail, "with the signature. 20 minutes below.") || string(p.Document) != "підпишіть" || len(p.Seats) != 1 || p.Errors[0].Detail != "sign it" {
		t.Errorf("%+v", p)
	}
	uk := p.Redo("uk", "")
	if uk.Title == p.Title || uk.Detail == p.Detail || uk.Errors[0].Detail != "потрібне значення" || uk.Instance != p.Instance {
		t.Errorf("%+v", uk)
	}
	reason := problem.Of(&identity.Error{Code: identity.CodeSignatureRejected, Reason: "expired"}, "uk", "")
	if reason.Reason != "expired" {
		t.Errorf("%+v", reason)
	}
}

// What is said about a code is the table's, in both languages; packages add to it where the row lets them.
func TestDetailsAreSentences(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want string
	}{
		{booking.Refuse(booking.CodeSoldOut, "no seat is free here now"), "No seat is free at this time. Choose another; seats that come back open again at a random moment."},
		{
			&identity.Error{Code: identity.CodeCountryFixed, Detail: "the country can be changed again on 2027-01-02"},
			"The country of stay can be changed once in 90 days. The country can be changed again on 2027-01-02.",
		},
		{problem.Refuse(problem.CodeMalformedRequest, "the query is too long"), "The address, headers or encoding of the request are wrong. The query is too long."},
	} {
		if p := problem.Of(tc.err, "en", ""); p.Detail != tc.want {
			t.Errorf("%q, want %q", p.Detail, tc.want)
		}
		if p := problem.Of(tc.err, "uk", ""); p.Detail != p.Row.Text.UK {
			t.Errorf("%q", p.Detail)
		}
	}
	for _, r := range problem.Rows() {
		for _, s := range []string{r.Text.UK, r.Text.EN, r.Title.UK, r.Title.EN} {
			if first, _ := utf8.DecodeRuneInString(s); !unicode.IsUpper(first) || strings.Contains(strings.ToLower(s), "бронь") {
				t.Errorf("%s: %q", r.Code, s)
			}
		}
		if !strings.HasSuffix(r.Text.UK, ".") || !strings.HasSuffix(r.Text.EN, ".") {
			t.Errorf("%s: no whole sentence", r.Code)
		}
	}
}

func TestHeaders(t *testing.T) {
	for _, tc := range []struct {
		err       error
		retry, at string
	}{
		{&booking.Error{Code: booking.CodeUnavailable, RetryAfter: 1500 * time.Millisecond}, "2", ""},
		{booking.Refuse(booking.CodeSoldOut, ""), "", ""},
		{&identity.Error{Code: identity.CodeUnauthenticated}, "", `Bearer realm="chesna"`},
	} {
		h := http.Header{}
		problem.Of(tc.err, "uk", "").Header(h)
		if h.Get("Retry-After") != tc.retry || h.Get("WWW-Authenticate") != tc.at {
			t.Errorf("%v: %v", tc.err, h)
		}
	}
}

// TestFieldsAreTold: every field code that a package gives is told in both languages.
func TestFieldsAreTold(t *testing.T) {
	for _, code := range []string{
		"required", "unknown", "not-allowed", "malformed", "format", "invalid", "wrong-type", "too-long", "too-short", "out-of-range",
		"too-many", "duplicate", "too-deep", "not-base64", "off-grid", "empty-span", "overlap", "outside-week", "shorter-than-slot",
		"implied", "not-ready", "something else",
	} {
		err := problem.Refuse(problem.CodeInvalid, "", problem.Field{Pointer: "/x", Code: code})
		uk, en := problem.Of(err, "uk", "").Errors[0].Detail, problem.Of(err, "en", "").Errors[0].Detail
		if uk == "" || en == "" || uk == en {
			t.Errorf("%s: %q, %q", code, uk, en)
		}
	}
}
