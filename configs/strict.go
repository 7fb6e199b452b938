package configs

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of a file.
const (
	MaxFileSize = 1 << 20 // bytes
	maxDepth    = 16      // nested lists and maps
	maxNodes    = 100_000
)

// lineIndex is the line of each JSON pointer of a file.
type lineIndex map[string]int

// of is the line of the pointer or of the nearest thing around it; 0 for none.
func (l lineIndex) of(pointer string) int {
	for pointer != "" {
		if n, ok := l[pointer]; ok {
			return n
		}
		pointer = pointer[:max(0, strings.LastIndexByte(pointer, '/'))]
	}
	return 0
}

// decodeStrict reads one YAML document into dst, a pointer to a struct, keeping
// what dst already has for keys that the document lacks. All faults of form are
// added to list; dst is changed only when there are none. The result tells where
// each key is.
func decodeStrict(file string, data []byte, dst any, list *Errors) lineIndex {
	f := faults{file: file, list: list, lines: lineIndex{}}
	if len(data) > MaxFileSize {
		f.add("", CodeTooLarge, fmt.Sprintf("more than %d bytes", MaxFileSize))
		return f.lines
	}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		f.add("", CodeRequired, "the file is empty")
		return f.lines
	case err != nil:
		f.add("", CodeSyntax, "not valid YAML")
		return f.lines
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		f.add("", CodeSyntax, "want one document")
		return f.lines
	}
	w := walker{faults: f}
	before := len(*list)
	w.walk(doc.Content[0], reflect.TypeOf(dst).Elem(), "", 0)
	if len(*list) > before {
		return f.lines
	}
	dec = yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(dst); err != nil {
		f.add("", CodeSyntax, "does not fit the documented form")
	}
	return f.lines
}

// walker compares a document with the Go type that it is for.
type walker struct {
	faults
	nodes int
}

// walk looks at one value; key nodes are looked at by their map.
func (w *walker) walk(n *yaml.Node, t reflect.Type, at string, depth int) {
	w.nodes++
	w.lines[at] = n.Line
	switch {
	case w.nodes > maxNodes:
		if w.nodes == maxNodes+1 {
			w.add(at, CodeTooLarge, "too many values")
		}
		return
	case depth > maxDepth:
		w.add(at, CodeTooLarge, "nested too deeply")
		return
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		w.add(at, CodeSyntax, "anchors and aliases are not allowed")
		return
	case n.Tag == "!!null":
		w.add(at, CodeRequired, "the key has no value")
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[Secret]():
		w.add(at, CodeSecret, "a secret comes from the environment, not from a file")
	case isScalar(t):
		w.scalar(n, t, at)
	case t.Kind() == reflect.Struct:
		w.mapping(n, at, depth, fieldsOf(t), nil)
	case t.Kind() == reflect.Map:
		w.mapping(n, at, depth, nil, t.Elem())
	case t.Kind() == reflect.Slice:
		w.sequence(n, t.Elem(), at, depth)
	}
}

func (w *walker) sequence(n *yaml.Node, elem reflect.Type, at string, depth int) {
	if n.Kind != yaml.SequenceNode {
		w.add(at, CodeMalformed, "want a list")
		return
	}
	for i, c := range n.Content {
		w.walk(c, elem, at+ptr(i), depth+1)
	}
}

// mapping looks at a map with the given fields, or with any names when elem is
// not nil.
func (w *walker) mapping(n *yaml.Node, at string, depth int, fields map[string]reflect.Type, elem reflect.Type) {
	if n.Kind != yaml.MappingNode {
		w.add(at, CodeMalformed, "want keys with values")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		here := at + ptr(shorten(k.Value))
		w.lines[here] = k.Line
		t, known := fields[k.Value]
		if elem != nil {
			t, known = elem, true
		}
		switch {
		case k.Kind != yaml.ScalarNode || k.Anchor != "" || (k.Tag != "!!str" && k.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 && elem == nil):
			w.add(at, CodeMalformed, "want plain keys")
		case seen[k.Value]:
			w.add(here, CodeDuplicate, "the key is given twice")
		case !known:
			w.add(here, CodeUnknownKey, "there is no such key")
		default:
			w.walk(v, t, here, depth+1)
		}
		seen[k.Value] = true
	}
}

// scalar tries the value on its own, so that the fault names its place.
func (w *walker) scalar(n *yaml.Node, t reflect.Type, at string) {
	if n.Kind != yaml.ScalarNode {
		w.add(at, CodeMalformed, "want one value")
		return
	}
	v := reflect.New(t)
	if tu, ok := v.Interface().(encoding.TextUnmarshaler); ok {
		if err := tu.UnmarshalText([]byte(n.Value)); err != nil {
			w.add(at, CodeMalformed, err.Error())
		}
		return
	}
	if err := n.Decode(v.Interface()); err != nil {
		w.add(at, CodeMalformed, "want "+kindName(t))
	}
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	default:
		return "text"
	}
}

// isScalar reports whether values of t are written as one YAML scalar.
func isScalar(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return true
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Float64, reflect.String:
		return true
	default:
		return false
	}
}

// fieldsOf is the type of each YAML key of a struct.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			out[name] = t.Field(i).Type
		}
	}
	return out
}

// shorten keeps a hostile key from filling the report.
func shorten(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
