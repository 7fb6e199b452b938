package handlers_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"chesna/api/contract"
	"chesna/api/oapi"
)

// TestDocsShowTheContract: every operation with its parameters, body fields and answers, every schema once, links
// that lead somewhere, and nothing that the content policy forbids.
func TestDocsShowTheContract(t *testing.T) {
	w := newWorld(t)
	page := string(w.call("", "GET", "/docs", "").want(200, "").body)
	doc, err := contract.Document(oapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, s := range strings.Split(page, `<section aria-labelledby="`) {
		id, rest, _ := strings.Cut(s, `"`)
		sections[id] = rest
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			s, ok := sections[op.OperationID]
			if !ok || !strings.Contains(s, method+" "+path) || !strings.Contains(s, html.EscapeString(strings.Split(op.Summary, "`")[0])) {
				t.Errorf("%s is not shown", op.OperationID)
			}
			for _, p := range op.Parameters {
				if !strings.Contains(s, "<code>"+p.Value.Name+"</code>") {
					t.Errorf("%s: the parameter %s is not shown", op.OperationID, p.Value.Name)
				}
			}
			if op.RequestBody != nil {
				for name := range op.RequestBody.Value.Content.Get("application/json").Schema.Value.Properties {
					if !strings.Contains(s, "<code>"+name+"</code>") {
						t.Errorf("%s: the field %s is not shown", op.OperationID, name)
					}
				}
			}
			for status := range op.Responses.Map() {
				if status != "default" && !strings.Contains(s, `govuk-table__header">`+status+"</th>") {
					t.Errorf("%s: the answer %s is not shown", op.OperationID, status)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if strings.Count(page, ` id="`+m[1]+`"`) != 1 {
			t.Errorf("a link leads to #%s", m[1])
		}
	}
	for _, bad := range []string{"`", "<script", " style=", "<no value>", "%!", "://", "(R-"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, good := range []string{`<html lang="en"`, `<h1 class="govuk-heading-l" lang="uk">Чесна`, `<code>curl</code>`, `href="/static/chesna.css"`} {
		if !strings.Contains(page, good) {
			t.Errorf("the page lacks %q", good)
		}
	}
}
