package problem_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chesna/api/problem"
)

var update = flag.Bool("update", false, "write docs/problems.md")

// codes reads the values of the constants of type Code that a package declares.
func codes(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if id, ok := v.Type.(*ast.Ident); !ok || id.Name != "Code" {
				return true
			}
			for _, x := range v.Values {
				if lit, ok := x.(*ast.BasicLit); ok {
					s, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					out = append(out, s)
				}
			}
			return true
		})
	}
	if len(out) == 0 {
		t.Fatalf("no codes in %s", dir)
	}
	return out
}

func TestEveryCodeHasARow(t *testing.T) {
	used := map[string]bool{}
	for _, dir := range []string{"../../booking", "../../identity", "."} {
		for _, c := range codes(t, dir) {
			used[c] = true
			if _, ok := problem.Find(c); !ok {
				t.Errorf("%s: the code %q has no row", dir, c)
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range problem.Rows() {
		if seen[r.Code] {
			t.Errorf("the code %q has two rows", r.Code)
		}
		seen[r.Code] = true
		if !used[r.Code] {
			t.Errorf("the row %q belongs to no code", r.Code)
		}
		for _, s := range []string{r.Title.UK, r.Title.EN, r.Text.UK, r.Text.EN} {
			if s == "" || strings.ContainsAny(s, "\n|") {
				t.Errorf("%s: a text is empty or has more than a line: %q", r.Code, s)
			}
		}
		if http.StatusText(r.Status) == "" || r.Status < 400 {
			t.Errorf("%s: status %d", r.Code, r.Status)
		}
		if wait := r.Status == 429 || r.Status == 503; wait != (r.Retry > 0) && r.Status != 409 {
			t.Errorf("%s: status %d, Retry-After %v", r.Code, r.Status, r.Retry)
		}
	}
}

// TestProblemsPage: docs/problems.md has a paragraph for each row.
func TestProblemsPage(t *testing.T) {
	const file = "../../docs/problems.md"
	var b strings.Builder
	b.WriteString("# Problems\n\nEvery refusal is an RFC 9457 problem (`application/problem+json`) with a stable `code`. Its `type` is the\n" +
		"address of the code's paragraph under `/problems`. Input is never repeated: `errors` points at the fields by RFC 6901\n" +
		"pointers, with `in` for parameters. `Retry-After` is set where waiting helps.\n\n" +
		"This page is written from the table in `api/problem`: `go test ./api/problem -update`.\n")
	for _, r := range problem.Rows() {
		fmt.Fprintf(&b, "\n## %s\n\n**%d %s** · %s / %s\n\n%s\n\n%s\n", r.Code, r.Status, http.StatusText(r.Status), r.Title.UK, r.Title.EN, r.Text.EN, r.Text.UK)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b.String(), string(got)); d != "" {
		t.Errorf("docs/problems.md is not what the table says (run with -update):\n%s", d)
	}
}

func TestRowsAreInOneOrder(t *testing.T) {
	var first, again []string
	for _, r := range problem.Rows() {
		first = append(first, r.Code)
	}
	for _, r := range problem.Rows() {
		again = append(again, r.Code)
	}
	if !slices.Equal(first, again) {
		t.Error("the order of rows changes")
	}
}
