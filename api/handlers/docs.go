package handlers

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"slices"

	"chesna/api/contract"
	"chesna/api/oapi"
)

const docsPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}} — API</title></head>
<body><main><h1>{{.Title}}</h1><p>{{.Summary}}</p><pre>{{.Description}}</pre>
<p><a href="/openapi.yaml">openapi.yaml</a> · <a href="/problems">problems</a></p>
{{range .Operations}}<section id="{{.ID}}"><h2><code>{{.Method}} {{.Path}}</code></h2><p><strong>{{.Summary}}</strong>{{if .Public}} (public){{end}}</p>
{{if .Description}}<p>{{.Description}}</p>{{end}}{{if .Parameters}}<ul>{{range .Parameters}}<li><code>{{.Name}}</code> ({{.In}}{{if .Required}}, required{{end}}) {{.Description}}</li>{{end}}</ul>{{end}}
</section>{{end}}</main></body></html>
`

type docsOperation struct {
	ID, Method, Path, Summary, Description string
	Public                                 bool
	Parameters                             []docsParameter
}

type docsParameter struct {
	Name, In, Description string
	Required              bool
}

// docs shows the contract as one plain page: no script, nothing from elsewhere.
func docs() ([]byte, error) {
	doc, err := contract.Document(oapi.Spec())
	if err != nil {
		return nil, err
	}
	view := struct {
		Title, Summary, Description string
		Operations                  []docsOperation
	}{Title: doc.Info.Title, Summary: doc.Info.Summary, Description: doc.Info.Description}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			one := docsOperation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, Description: op.Description}
			one.Public = op.Security != nil && len(*op.Security) == 0
			for _, p := range op.Parameters {
				one.Parameters = append(one.Parameters, docsParameter{p.Value.Name, p.Value.In, p.Value.Description, p.Value.Required})
			}
			view.Operations = append(view.Operations, one)
		}
	}
	slices.SortFunc(view.Operations, func(x, y docsOperation) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Method, y.Method))
	})
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return b.Bytes(), nil
}
