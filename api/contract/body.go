package contract

import (
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"chesna/api/problem"
	"chesna/api/strictjson"
)

// maxFaults bounds how many faults of a body are reported.
const maxFaults = 50

// Body checks a request's body and its Content-Type. A body may be missing only where the description says
// so; an operation without a body takes none.
func (o *Operation) Body(contentType string, data []byte) error {
	if o.body == nil {
		if len(data) > 0 {
			return problem.Refuse(problem.CodeMalformedBody, "", problem.Field{In: "body", Code: problem.FieldNotAllowed, Detail: "this operation takes no body"})
		}
		return nil
	}
	if len(data) == 0 {
		if !o.body.Required {
			return nil
		}
		return problem.Refuse(problem.CodeMalformedBody, "", problem.Field{In: "body", Code: problem.FieldRequired, Detail: "the body is empty"})
	}
	if err := jsonContent(contentType); err != nil {
		return err
	}
	var v any
	if err := strictjson.Decode(data, &v); err != nil {
		return err
	}
	return invalid(visit(o.schema, v))
}

func jsonContent(contentType string) error {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/json" {
		return problem.Refuse(problem.CodeUnsupportedMediaType, "", problem.Field{Pointer: "/Content-Type", In: "header", Code: problem.FieldInvalid, Detail: "want application/json"})
	}
	for name, value := range parameters {
		if name != "charset" || !strings.EqualFold(value, "utf-8") {
			return problem.Refuse(problem.CodeUnsupportedMediaType, "", problem.Field{Pointer: "/Content-Type", In: "header", Code: problem.FieldInvalid, Detail: "want UTF-8"})
		}
	}
	return nil
}

// visit checks a value against a schema and lists the faults by place.
func visit(s *openapi3.Schema, v any) []problem.Field {
	err := s.VisitJSON(v, openapi3.MultiErrors(), openapi3.VisitAsRequest())
	if err == nil {
		return nil
	}
	var out []problem.Field
	collect(err, &out)
	slices.SortStableFunc(out, func(a, b problem.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	out = slices.CompactFunc(out, func(a, b problem.Field) bool { return a.Pointer == b.Pointer })
	return out[:min(len(out), maxFaults)]
}

func collect(err error, out *[]problem.Field) {
	var many openapi3.MultiError
	if errors.As(err, &many) {
		for _, e := range many {
			collect(e, out)
		}
		return
	}
	var e *openapi3.SchemaError
	if !errors.As(err, &e) {
		*out = append(*out, problem.Field{In: "body", Code: problem.FieldInvalid})
		return
	}
	at := pointer(e.JSONPointer())
	if e.SchemaField == "properties" {
		*out = append(*out, unknownMembers(at, e)...)
		return
	}
	code, detail := meaning(e)
	*out = append(*out, problem.Field{Pointer: at, In: "body", Code: code, Detail: detail})
}

// unknownMembers names the members that the schema does not have.
func unknownMembers(at string, e *openapi3.SchemaError) []problem.Field {
	var out []problem.Field
	value, _ := e.Value.(map[string]any)
	for name := range value {
		if e.Schema.Properties[name] != nil {
			continue
		}
		f := problem.Field{Pointer: at, In: "body", Code: problem.FieldUnknown, Detail: "there is no such field"}
		if strictjson.Plain(name) {
			f.Pointer = at + "/" + name
		}
		out = append(out, f)
	}
	return out
}

func pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		if !strictjson.Plain(t) {
			break
		}
		b.WriteString("/" + t)
	}
	return b.String()
}

// meaning turns the keyword that failed into the code of a field, and says what the schema wants.
func meaning(e *openapi3.SchemaError) (code, detail string) {
	s := e.Schema
	switch e.SchemaField {
	case "required":
		return problem.FieldRequired, ""
	case "type", "nullable":
		return problem.FieldType, "want " + strings.Join(s.Type.Slice(), " or ")
	case "maxLength":
		return problem.FieldTooLong, ""
	case "minLength":
		return problem.FieldTooShort, ""
	case "maxItems", "maxProperties":
		return problem.FieldTooMany, ""
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return problem.FieldOutOfRange, ""
	case "pattern":
		return problem.FieldMalformed, ""
	case "enum":
		return problem.FieldUnknown, "want one of " + strings.Trim(fmt.Sprint(s.Enum), "[]")
	}
	return problem.FieldInvalid, ""
}
