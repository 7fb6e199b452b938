package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// module is our module's path; all our packages begin with it.
const module = "chesna"

// pkg is what the rules know of one package.
type pkg struct {
	ImportPath string
	Name       string
	Dir        string
	Imports    []string
	Standard   bool
	GoFiles    []string
}

// graph holds our packages and all they depend on, without their tests.
type graph map[string]pkg

// ours tells whether a path is of this module.
func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// local is a path of ours without the module's name: booking/draw.
func local(path string) string { return strings.TrimPrefix(path, module+"/") }

// within tells whether path is root or below it; both are import paths.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// isTest tells whether a package is only for tests.
func isTest(path string) bool {
	for part := range strings.SplitSeq(local(path), "/") {
		if strings.HasSuffix(part, "test") && part != "loadtest" {
			return true
		}
	}
	return false
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// load asks the go command; -e, because a package that does not compile is another test's failure.
func load(t *testing.T) graph {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-test=false", "-json=ImportPath,Name,Dir,Imports,Standard,GoFiles", "./...")
	cmd.Dir = root(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	g := graph{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		g[p.ImportPath] = p
	}
	if len(g) == 0 {
		t.Fatal("go list names no packages")
	}
	return g
}

// chain is the shortest way of imports from one package to the first that is wanted, not entering packages that are closed; nil when there is none.
func (g graph) chain(from string, wanted, closed func(string) bool) []string {
	cameFrom := map[string]string{from: ""}
	queue := []string{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at != from && wanted(at) {
			var way []string
			for ; at != ""; at = cameFrom[at] {
				way = append([]string{at}, way...)
			}
			return way
		}
		for _, next := range g[at].Imports {
			if _, seen := cameFrom[next]; !seen && !closed(next) {
				cameFrom[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// fault is one broken rule, with the imports that break it.
func fault(way []string, format string, args ...any) string {
	return strings.Join(way, " -> ") + ": " + fmt.Sprintf(format, args...)
}

func open(string) bool { return false }
