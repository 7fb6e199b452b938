package contract

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"chesna/api/problem"
	"chesna/api/strictjson"
)

// maxParameter bounds any parameter, in bytes.
const maxParameter = 1024

// Parameters checks the path, query and header parameters of a request; path gives a path parameter by its
// name. All faults come back in one problem.Error of code invalid.
func (o *Operation) Parameters(path func(name string) string, query url.Values, header http.Header) error {
	var faults []problem.Field
	known := map[string]bool{}
	for _, p := range o.parameters {
		var values []string
		switch p.In {
		case openapi3.ParameterInPath:
			values = []string{path(p.Name)}
		case openapi3.ParameterInQuery:
			known[p.Name] = true
			values = query[p.Name]
		case openapi3.ParameterInHeader:
			values = header.Values(p.Name)
		}
		faults = append(faults, parameter(p, values)...)
	}
	for _, name := range unknown(query, known) {
		f := problem.Field{In: openapi3.ParameterInQuery, Code: problem.FieldUnknown, Detail: "there is no such parameter"}
		if strictjson.Plain(name) {
			f.Pointer = "/" + name
		}
		faults = append(faults, f)
	}
	return invalid(faults)
}

func unknown(query url.Values, known map[string]bool) []string {
	var out []string
	for name := range query {
		if !known[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), 10)]
}

func parameter(p *openapi3.Parameter, values []string) []problem.Field {
	at := problem.Field{Pointer: "/" + p.Name, In: p.In}
	switch {
	case len(values) == 0 && p.Required:
		at.Code = problem.FieldRequired
	case len(values) == 0:
		return nil
	case len(values) > 1:
		at.Code = problem.FieldDuplicate
	case len(values[0]) > maxParameter:
		at.Code = problem.FieldTooLong
	case p.Required && values[0] == "":
		at.Code = problem.FieldRequired
	default:
		at.Code = scalar(p.Schema.Value, values[0])
	}
	if at.Code == "" {
		return nil
	}
	return []problem.Field{at}
}

// scalar checks one value; it returns the code of the first fault, or "".
func scalar(s *openapi3.Schema, raw string) string {
	var v any = raw
	if s.Type.Is(openapi3.TypeInteger) {
		n, err := strconv.ParseInt(raw, 10, 32)
		if err != nil || strconv.FormatInt(n, 10) != raw {
			return problem.FieldType
		}
		v = float64(n)
	}
	if faults := visit(s, v); len(faults) > 0 {
		return faults[0].Code
	}
	return ""
}

func invalid(faults []problem.Field) error {
	if len(faults) == 0 {
		return nil
	}
	return problem.Refuse(problem.CodeInvalid, "", faults...)
}
