package handlers

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// docsType is a type in words. Schema, if there is one, is a link to an object's own table.
type docsType struct {
	Lead   string
	Schema string
	Tail   docsText
}

// typeOf tells the type of a value with its bounds. Objects that the contract names are linked to.
func typeOf(ref *openapi3.SchemaRef) docsType {
	s := ref.Value
	switch {
	case len(s.Properties) > 0:
		return docsType{Schema: ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]}
	case s.Type.Is("array"):
		t := typeOf(s.Items)
		t.Lead = "list of " + t.Lead
		if s.MaxItems != nil {
			t.Tail = append(t.Tail, docsSpan{Text: fmt.Sprintf(", at most %d", *s.MaxItems)})
		}
		return t
	case s.AdditionalProperties.Schema != nil:
		t := typeOf(s.AdditionalProperties.Schema)
		t.Lead = "object, each member a " + t.Lead
		return t
	}
	t := docsType{Lead: strings.Join(s.Type.Slice(), " or ")}
	switch s.Format {
	case "":
	case "byte":
		t.Lead += " (base64)"
	default:
		t.Lead += " (" + s.Format + ")"
	}
	t.Tail = bounds(s)
	return t
}

// bounds are what a value has to keep to.
func bounds(s *openapi3.Schema) docsText {
	var out docsText
	say := func(format string, a ...any) { out = append(out, docsSpan{Text: fmt.Sprintf(format, a...)}) }
	for i, v := range s.Enum {
		if i == 0 {
			say(": ")
		} else {
			say(", ")
		}
		out = append(out, docsSpan{Text: fmt.Sprint(v), Code: true})
	}
	switch {
	case s.MaxLength != nil && s.MinLength > 0:
		say(", %d to %d characters", s.MinLength, *s.MaxLength)
	case s.MaxLength != nil:
		say(", at most %d characters", *s.MaxLength)
	}
	if s.Min != nil && s.Max != nil {
		say(", %v to %v", *s.Min, *s.Max)
	}
	if s.Default != nil {
		say(", %v if left out", s.Default)
	}
	if s.Pattern != "" {
		say(", ")
		out = append(out, docsSpan{Text: s.Pattern, Code: true})
	}
	return out
}
