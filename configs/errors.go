package configs

import (
	"sort"
	"strconv"
	"strings"
)

// Codes of a FieldError.
const (
	CodeUnreadable = "unreadable"     // the file could not be read
	CodeTooLarge   = "too-large"      // over a bound of size, depth or number
	CodeSyntax     = "syntax"         // not YAML, or YAML that is not allowed here
	CodeUnknownKey = "unknown-key"    // a key that does not exist
	CodeDuplicate  = "duplicate"      // the same key or name twice
	CodeRequired   = "required"       // a value is missing
	CodeMalformed  = "malformed"      // not of the documented form
	CodeOutOfRange = "out-of-range"   // outside the documented bounds
	CodeUnknown    = "unknown"        // names something that is not defined
	CodeSecret     = "secret-in-file" // a secret that belongs in the environment
	CodeConflict   = "conflict"       // contradicts another value
)

// FieldError is one fault. Detail never repeats the faulty value.
type FieldError struct {
	File    string // such as "chesna.yaml", or "environment"
	Pointer string // RFC 6901; for the environment the variable's name
	Line    int    // 1-based; 0 when not known
	Code    string
	Detail  string
}

// Error implements error.
func (e FieldError) Error() string {
	at := e.File
	if e.Line > 0 {
		at += ":" + strconv.Itoa(e.Line)
	}
	if e.Pointer != "" {
		at += ": " + e.Pointer
	}
	return at + ": " + e.Code + ": " + e.Detail
}

// Errors is every fault found, by file and line. Never empty as an error.
type Errors []FieldError

// Error implements error: one fault a line.
func (es Errors) Error() string {
	lines := make([]string, 0, len(es))
	for _, e := range es {
		lines = append(lines, e.Error())
	}
	return strings.Join(lines, "\n")
}

// faults collects field errors of one file.
type faults struct {
	file  string
	list  *Errors
	lines lineIndex // may be nil
}

func (f faults) add(pointer, code, detail string) {
	*f.list = append(*f.list, FieldError{
		File: f.file, Pointer: pointer, Line: f.lines.of(pointer), Code: code, Detail: detail,
	})
}

// want adds a fault unless ok.
func (f faults) want(ok bool, pointer, code, detail string) {
	if !ok {
		f.add(pointer, code, detail)
	}
}

func (es Errors) sorted() Errors {
	sort.SliceStable(es, func(i, j int) bool {
		a, b := es[i], es[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Pointer < b.Pointer
	})
	return es
}

// ptr joins parts to a JSON pointer.
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
