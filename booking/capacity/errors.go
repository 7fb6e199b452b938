package capacity

import (
	"errors"
	"sort"
	"strconv"
	"strings"
)

// Codes of a FieldError. They are stable: clients and translations key on them.
const (
	CodeRequired   = "required"          // a value is missing
	CodeMalformed  = "malformed"         // not of the documented form
	CodeOutOfRange = "out-of-range"      // of the right form, outside the bounds
	CodeOffGrid    = "off-grid"          // not a multiple of the administrator's grid
	CodeEmptySpan  = "empty-span"        // from is not before to
	CodeOverlap    = "overlap"           // two openings of one counter overlap
	CodeDuplicate  = "duplicate"         // the same key twice
	CodeUnknown    = "unknown"           // names something that is not defined
	CodeOutOfWeek  = "outside-week"      // a date that is not in the week
	CodeTooMany    = "too-many"          // a list is longer than its bound
	CodeNoSlot     = "shorter-than-slot" // an opening in which no slot fits
)

// FieldError is one fault in what was sent. Pointer is an RFC 6901 JSON pointer
// into the schedule, or empty for a single value. Detail is in English, for a
// log or a developer, and never repeats what was sent.
type FieldError struct {
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Detail  string `json:"detail"`
}

// Error implements error.
func (e *FieldError) Error() string {
	if e.Pointer == "" {
		return e.Code + ": " + e.Detail
	}
	return e.Pointer + ": " + e.Code + ": " + e.Detail
}

// Errors is every fault found, in order of pointer. It is never empty when
// returned as an error.
type Errors []FieldError

// Error implements error.
func (es Errors) Error() string {
	parts := make([]string, 0, len(es))
	for i := range es {
		parts = append(parts, es[i].Error())
	}
	return strings.Join(parts, "; ")
}

func malformed(detail string) error { return &FieldError{Code: CodeMalformed, Detail: detail} }

// faults collects field errors while a schedule is read.
type faults struct{ list Errors }

func (f *faults) add(pointer, code, detail string) {
	f.list = append(f.list, FieldError{Pointer: pointer, Code: code, Detail: detail})
}

// at adds err, which may be nil, under pointer.
func (f *faults) at(pointer string, err error) {
	if err == nil {
		return
	}
	var one *FieldError
	if errors.As(err, &one) {
		f.add(pointer+one.Pointer, one.Code, one.Detail)
		return
	}
	f.add(pointer, CodeMalformed, err.Error())
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	sort.SliceStable(f.list, func(i, j int) bool { return f.list[i].Pointer < f.list[j].Pointer })
	return f.list
}

// ptr joins parts to a JSON pointer, escaping as RFC 6901 asks.
func ptr(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteByte('/')
		switch v := p.(type) {
		case int:
			b.WriteString(strconv.Itoa(v))
		case string:
			if strings.ContainsAny(v, "~/") {
				v = strings.NewReplacer("~", "~0", "/", "~1").Replace(v)
			}
			b.WriteString(v)
		}
	}
	return b.String()
}
