// Package strictjson reads JSON that came from outside: one value, no duplicate names, no invalid UTF-8, bounded
// depth, nothing after the end; and, into a Go value, no unknown members and exact names.
//
// A fault comes back as a *problem.Error of code malformed-body whose field points at the place (RFC 6901).
// What stood there is never repeated; names of members are, when they are short and plain.
package strictjson

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"chesna/api/problem"
)

// MaxDepth bounds nesting.
const MaxDepth = 16

// Check reads the whole text and builds nothing.
func Check(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	values := 0
	for {
		_, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			if values == 0 {
				return fault("", problem.FieldRequired, "the body is empty")
			}
			return nil
		}
		if err != nil {
			return syntax(err)
		}
		if d.StackDepth() > MaxDepth {
			return fault(parent(d.StackPointer(), MaxDepth), problem.FieldTooDeep, "")
		}
		if d.StackDepth() == 0 {
			if values++; values > 1 {
				return fault("", problem.FieldMalformed, "bytes after the end of the value")
			}
		}
	}
}

// Decode checks the text and reads it into v, a pointer.
func Decode(data []byte, v any) error {
	if err := Check(data); err != nil {
		return err
	}
	err := json.Unmarshal(data, v, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var e *json.SemanticError
	if !errors.As(err, &e) {
		return syntax(err)
	}
	if errors.Is(e.Err, json.ErrUnknownName) {
		return fault(Pointer(e.JSONPointer), problem.FieldUnknown, "there is no such field")
	}
	return fault(Pointer(e.JSONPointer), problem.FieldType, "")
}

func syntax(err error) error {
	var e *jsontext.SyntacticError
	if !errors.As(err, &e) {
		return fault("", problem.FieldMalformed, "not JSON")
	}
	if errors.Is(e.Err, jsontext.ErrDuplicateName) {
		return fault(Pointer(e.JSONPointer), problem.FieldDuplicate, "the same name twice")
	}
	return fault(Pointer(e.JSONPointer), problem.FieldMalformed, "not JSON here")
}

func fault(pointer, code, detail string) error {
	return problem.Refuse(problem.CodeMalformedBody, "", problem.Field{Pointer: pointer, In: "body", Code: code, Detail: detail})
}

// Pointer is a pointer that may be repeated to a client: it ends before the first token that is not plain.
func Pointer(p jsontext.Pointer) string {
	var out strings.Builder
	for token := range p.Tokens() {
		if !Plain(token) || out.Len() > 200 {
			break
		}
		out.WriteByte('/')
		out.WriteString(token)
	}
	return out.String()
}

// Plain tells whether a member's name is short and plain enough to be repeated.
func Plain(name string) bool {
	if name == "" || len(name) > 40 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// parent keeps the first n tokens.
func parent(p jsontext.Pointer, n int) string {
	for i := 0; ; i++ {
		depth := strings.Count(string(p), "/")
		if depth <= n || i > n+MaxDepth {
			return Pointer(p)
		}
		p = p.Parent()
	}
}
