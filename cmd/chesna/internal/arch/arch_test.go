package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// topFolders are the rooms; a new one is a decision that belongs into docs/adr.
var topFolders = []string{"api", "booking", "cmd", "configs", "docs", "fraud", "identity", "loadtest"}

// topFiles are the files beside them.
var topFiles = []string{"CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "go.mod", "go.sum"}

// madeHere are the products of building and running, which git ignores.
var madeHere = []string{"var", "chesna", "coverage.out", "node_modules"}

func TestImports(t *testing.T) {
	for _, f := range load(t).rules() {
		t.Error(f)
	}
}

func TestSource(t *testing.T) {
	top := root(t)
	for path, p := range load(t) {
		if !ours(path) {
			continue
		}
		if slices.Contains(vague, filepath.Base(path)) || slices.Contains(vague, p.Name) {
			t.Errorf("%s: a package's name is a noun of the field", path)
		}
		lines, files, commented := 0, 0, ""
		for _, name := range p.GoFiles {
			n, file := checkFile(t, top, filepath.Join(p.Dir, name), slices.Contains(core, local(path)))
			if file == nil {
				continue
			}
			lines += n
			files++
			if file.Doc != nil {
				commented = name
			}
		}
		switch {
		case files > 0 && commented == "":
			t.Errorf("%s: no file tells what the package is for", path)
		case files > fewFiles && p.Name != "main" && commented != "doc.go":
			t.Errorf("%s: the package comment of %d files belongs into doc.go, with terms, invariants and reading order", path, files)
		}
		if lines > packageAim {
			t.Logf("to consider: %s has %d lines of hand-written code, the aim is %d", path, lines, packageAim)
		}
	}
}

// checkFile returns the lines and the syntax of a hand-written file, nothing for a generated one.
func checkFile(t *testing.T, top, path string, isCore bool) (int, *ast.File) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	short, err := filepath.Rel(top, path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(fset, short, text, parser.ParseComments)
	if err != nil {
		t.Errorf("%v", err)
		return 0, nil
	}
	if ast.IsGenerated(file) {
		return 0, nil
	}
	for _, f := range sourceFaults(fset, file, isCore) {
		t.Error(f)
	}
	lines := bytes.Count(text, []byte("\n"))
	switch {
	case lines > fileLines:
		t.Errorf("%s has %d lines, at most %d", short, lines, fileLines)
	case lines > fileAim:
		t.Logf("to consider: %s has %d lines, the aim is %d", short, lines, fileAim)
	}
	return lines, file
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		known := topFiles
		if e.IsDir() {
			known = topFolders
		}
		if !strings.HasPrefix(name, ".") && !slices.Contains(known, name) && !slices.Contains(madeHere, name) && !strings.HasSuffix(name, ".test") && !strings.HasSuffix(name, ".prof") {
			t.Errorf("%s: the top level is fixed", name)
		}
	}
}

// TestScripts checks that no Lua script grows beyond what can be read at once, and that it tells what it is for.
func TestScripts(t *testing.T) {
	top := root(t)
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != top && (strings.HasPrefix(e.Name(), ".") || slices.Contains(madeHere, e.Name())) {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".lua" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		short, _ := filepath.Rel(top, path)
		if n := bytes.Count(text, []byte("\n")); n > luaLines {
			t.Errorf("%s has %d lines, at most %d", short, n, luaLines)
		}
		if !bytes.HasPrefix(text, []byte("--")) {
			t.Errorf("%s: it begins without a header (purpose, KEYS, ARGV, returns, invariant)", short)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
