package handlers

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"chesna/api/contract"
	"chesna/api/oapi"
)

//go:embed docs.html
var docsPage string

// docsText is a text with what stands between backticks as code.
type docsText []docsSpan

type docsSpan struct {
	Text string
	Code bool
}

func plain(s string) docsText {
	var out docsText
	for i, part := range strings.Split(strings.TrimSpace(s), "`") {
		if part != "" {
			out = append(out, docsSpan{Text: part, Code: i%2 == 1})
		}
	}
	return out
}

// paragraphs are parted by empty lines.
func paragraphs(s string) []docsText {
	var out []docsText
	for _, p := range strings.Split(s, "\n\n") {
		if t := plain(p); t != nil {
			out = append(out, t)
		}
	}
	return out
}

type docsView struct {
	Title       string
	Summary     docsText
	Description []docsText
	Groups      []docsGroup
	Schemas     []docsSchema
}

type docsGroup struct {
	Name        string
	Description docsText
	Operations  []docsOperation
}

type docsOperation struct {
	ID, Method, Path string
	Summary          docsText
	Description      []docsText
	Public           bool
	Parameters, Body docsTable
	Answers          []docsAnswer
}

type docsAnswer struct {
	Status      string
	Description docsText
	Bodies      []docsBody
	Headers     []docsField
}

type docsBody struct {
	Media string
	Type  docsType
}

type docsSchema struct {
	Name        string
	Description docsText
	Table       docsTable
}

type docsTable struct {
	Caption string
	Fields  []docsField
}

type docsField struct {
	Name        string
	Type        docsType
	Required    bool
	Description docsText
}

// docs shows the contract as one plain page: no script, nothing from elsewhere.
func docs() ([]byte, error) {
	doc, err := contract.Document(oapi.Spec())
	if err != nil {
		return nil, err
	}
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, docsOf(doc)); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return b.Bytes(), nil
}

func docsOf(doc *openapi3.T) docsView {
	view := docsView{Title: doc.Info.Title, Summary: plain(doc.Info.Summary), Description: paragraphs(doc.Info.Description)}
	for _, tag := range doc.Tags {
		g := docsGroup{Name: tag.Name, Description: plain(tag.Description)}
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				if slices.Contains(op.Tags, tag.Name) {
					g.Operations = append(g.Operations, describe(method, path, op))
				}
			}
		}
		slices.SortFunc(g.Operations, func(x, y docsOperation) int {
			return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Method, y.Method))
		})
		view.Groups = append(view.Groups, g)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		if s := doc.Components.Schemas[name].Value; len(s.Properties) > 0 {
			view.Schemas = append(view.Schemas, docsSchema{name, plain(s.Description), docsTable{"Fields", fields(s)}})
		}
	}
	return view
}

func describe(method, path string, op *openapi3.Operation) docsOperation {
	one := docsOperation{
		ID: op.OperationID, Method: method, Path: path, Summary: plain(op.Summary), Description: paragraphs(op.Description),
		Public: op.Security != nil && len(*op.Security) == 0, Parameters: docsTable{Caption: "Parameters"},
	}
	for _, p := range op.Parameters {
		kind := typeOf(p.Value.Schema)
		kind.Lead = p.Value.In + ": " + kind.Lead
		one.Parameters.Fields = append(one.Parameters.Fields, docsField{p.Value.Name, kind, p.Value.Required, plain(p.Value.Description)})
	}
	if op.RequestBody != nil {
		for media, m := range op.RequestBody.Value.Content {
			one.Body = docsTable{"Body, " + media, fields(m.Schema.Value)}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		one.Answers = append(one.Answers, answerOf(status, op.Responses.Value(status).Value))
	}
	return one
}

func answerOf(status string, r *openapi3.Response) docsAnswer {
	a := docsAnswer{Status: status}
	if status == "default" {
		a.Status = "other"
	}
	if r.Description != nil {
		a.Description = plain(*r.Description)
	}
	for _, media := range slices.Sorted(maps.Keys(r.Content)) {
		a.Bodies = append(a.Bodies, docsBody{media, typeOf(r.Content[media].Schema)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		a.Headers = append(a.Headers, docsField{Name: name, Description: plain(r.Headers[name].Value.Description)})
	}
	return a
}

// fields are those of an object, the needed ones first, as the contract orders them.
func fields(s *openapi3.Schema) []docsField {
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Properties)), func(name string) bool { return slices.Contains(s.Required, name) })
	var out []docsField
	for i, name := range slices.Concat(s.Required, rest) {
		p := s.Properties[name]
		if p == nil {
			continue
		}
		one := docsField{Name: name, Type: typeOf(p), Required: i < len(s.Required)}
		if one.Type.Schema == "" {
			one.Description = plain(p.Value.Description)
		}
		out = append(out, one)
	}
	return out
}
