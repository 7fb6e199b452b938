package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
)

const (
	fileLines     = 500 // hard; 300 is the aim
	fileAim       = 300
	functionLines = 60
	luaLines      = 60
	packageAim    = 1500
	fewFiles      = 2 // a package of so few may have its comment in any of them
)

// clocks are the functions of package time that look at the clock or wait for it.
var clocks = []string{"Now", "Since", "Until", "Sleep"}

// globalLogs are the functions of log/slog that use or change the logger of the whole program.
var globalLogs = []string{
	"Default", "SetDefault", "Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext", "Log", "LogAttrs",
}

// vague are names that say nothing about what a package is for.
var vague = []string{"util", "utils", "common", "model", "models", "types", "helper", "helpers", "misc", "shared", "base"}

// sourceFaults are those of one production file.
func sourceFaults(fset *token.FileSet, file *ast.File, isCore bool) (faults []string) {
	if ast.IsGenerated(file) {
		return nil
	}
	say := func(at token.Pos, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s: ", fset.Position(at))+fmt.Sprintf(format, args...))
	}
	names := importNames(file)
	for _, spec := range file.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil && path == "log" {
			say(spec.Pos(), "import of log: the program's logs go through an injected slog.Logger")
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				say(n.Pos(), "func init: nothing happens by being imported")
			}
			if lines := fset.Position(n.End()).Line - fset.Position(n.Pos()).Line + 1; lines > functionLines {
				say(n.Pos(), "%s has %d lines, at most %d", n.Name.Name, lines, functionLines)
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if !ok || x.Obj != nil { // x.Obj: declared in this file, so no package
				return true
			}
			switch path := names[x.Name]; {
			case path == "time" && isCore && slices.Contains(clocks, n.Sel.Name):
				say(n.Pos(), "time.%s in a core package: time comes in as an argument", n.Sel.Name)
			case path == "log/slog" && slices.Contains(globalLogs, n.Sel.Name):
				say(n.Pos(), "slog.%s uses the program's global logger: take an injected one", n.Sel.Name)
			}
		}
		return true
	})
	return faults
}

// importNames maps the names by which a file knows the two packages that matter here to their paths.
func importNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := map[string]string{"time": "time", "log/slog": "slog"}[path]
		if name == "" {
			continue
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}
