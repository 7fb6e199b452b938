package arch

import (
	"slices"
	"strings"
)

// core are the pure packages; what they may import from outside is in coreMayImport.
var core = []string{"booking", "booking/capacity", "booking/draw", "booking/opening", "booking/wave", "identity", "fraud", "fraud/rules"}

var coreMayImport = []string{"github.com/google/uuid", "golang.org/x/mod"}

// impure are packages of the standard library that a core package must not import directly.
var impure = []string{"net/http", "database/sql", "os", "math/rand"}

// alone are packages that import nothing of ours.
var alone = []string{"booking/draw", "booking/capacity", "identity/dstu"}

// embedded is the one way by which miniredis and a test package's process code reach production.
const embedded = "cmd/chesna/internal/app/embedded"

const miniredis = "github.com/alicebob/miniredis"

// fence says which packages may import a library directly; in what each entry is a folder, where * stands for one name.
type fence struct {
	library string
	in      []string
}

var fences = []fence{
	{"github.com/labstack/echo", []string{"api"}},
	{"github.com/ulule/limiter", []string{"api"}},
	{"github.com/redis/go-redis", []string{"booking/redisinv", "fraud/redissig", "identity/redisstate", "cmd/chesna/internal/app", "loadtest"}},
	{"github.com/jackc/pgx", []string{"*/pgstore", "*/*/pgstore", "booking/jobs", "cmd/chesna/internal/app", "loadtest"}},
	{"github.com/golang-jwt/jwt", []string{"identity/token"}},
	{"cel.dev/cel-go", []string{"fraud/rules"}},
	{"github.com/google/cel-go", nil}, // the old path
	{miniredis, []string{embedded}},
}

// forbidden are packages that nobody imports, with the reason.
var forbidden = map[string]string{
	"github.com/ulule/limiter/v3/drivers/store/redis":     "the limiter's memory store only: quotas that must hold are our own Lua",
	"github.com/ulule/limiter/v3/drivers/middleware/echo": "our own middleware calls the limiter",
}

// rules applies all import rules to every package of ours and returns the faults.
func (g graph) rules() []string {
	var faults []string
	for path, p := range g {
		if !ours(path) {
			continue
		}
		faults = append(faults, g.coreIsPure(p)...)
		faults = append(faults, g.roomsAreApart(p)...)
		faults = append(faults, g.librariesAreFenced(p)...)
		faults = append(faults, g.testsStayOut(p)...)
	}
	slices.Sort(faults)
	return faults
}

// coreIsPure is rule 1.
func (g graph) coreIsPure(p pkg) (faults []string) {
	if !slices.Contains(core, local(p.ImportPath)) {
		return nil
	}
	for _, path := range p.Imports {
		way := []string{p.ImportPath, path}
		switch {
		case ours(path):
			if !slices.Contains(core, local(path)) {
				faults = append(faults, fault(way, "a core package imports of ours only other core packages"))
			}
		case g.standard(path):
			if slices.ContainsFunc(impure, func(i string) bool { return within(path, i) }) {
				faults = append(faults, fault(way, "a core package has no network, database, files or randomness of its own"))
			}
		case slices.ContainsFunc(coreMayImport, func(l string) bool { return within(path, l) }):
		case p.ImportPath == module+"/fraud/rules" && within(path, "cel.dev/cel-go"):
		default:
			faults = append(faults, fault(way, "a core package imports the standard library, %s only", strings.Join(coreMayImport, ", ")))
		}
	}
	return faults
}

// standard trusts go list, and the form of the path for a graph made by hand.
func (g graph) standard(path string) bool {
	if p, ok := g[path]; ok && p.Standard {
		return true
	}
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// roomsAreApart is rule 2.
func (g graph) roomsAreApart(p pkg) (faults []string) {
	from := local(p.ImportPath)
	never := func(reason string, wanted func(string) bool) {
		if way := g.chain(p.ImportPath, func(path string) bool { return ours(path) && wanted(local(path)) }, open); way != nil {
			faults = append(faults, fault(way, "%s", reason))
		}
	}
	if within(from, "booking") {
		never("booking never imports fraud", func(path string) bool { return within(path, "fraud") })
	}
	if within(from, "fraud") {
		never("fraud never imports booking", func(path string) bool { return within(path, "booking") })
	}
	if !within(from, "api") && !within(from, "cmd") {
		never("nothing imports api but cmd", func(path string) bool { return within(path, "api") })
	}
	if !within(from, "cmd") {
		never("nothing imports cmd", func(path string) bool { return within(path, "cmd") })
	}
	if slices.Contains(alone, from) {
		never("it imports nothing of ours", func(string) bool { return true })
	}
	return faults
}

// librariesAreFenced is rule 3, on direct imports.
func (g graph) librariesAreFenced(p pkg) (faults []string) {
	for _, path := range p.Imports {
		way := []string{p.ImportPath, path}
		for prefix, reason := range forbidden {
			if within(path, prefix) {
				faults = append(faults, fault(way, "%s", reason))
			}
		}
		for _, f := range fences {
			if within(path, f.library) && !isTest(p.ImportPath) && !slices.ContainsFunc(f.in, func(in string) bool { return matches(local(p.ImportPath), in) }) {
				faults = append(faults, fault(way, "%s is imported only in %s and tests", f.library, strings.Join(f.in, ", ")))
			}
		}
	}
	return faults
}

// matches tells whether a path is the folder or below it; * is one name.
func matches(path, folder string) bool {
	names, pattern := strings.Split(path, "/"), strings.Split(folder, "/")
	if len(names) < len(pattern) {
		return false
	}
	for i, want := range pattern {
		if want != "*" && want != names[i] {
			return false
		}
	}
	return true
}

// testsStayOut is rule 4: from a program no way leads to a test package, miniredis or the testing package, but through the embedded servers; and
// from those only to process code and miniredis.
func (g graph) testsStayOut(p pkg) (faults []string) {
	unwanted := func(path string) bool {
		return within(path, miniredis) || ours(path) && isTest(path)
	}
	isEmbedded := func(path string) bool { return path == module+"/"+embedded }
	if p.Name == "main" {
		if way := g.chain(p.ImportPath, unwanted, isEmbedded); way != nil {
			faults = append(faults, fault(way, "test code and miniredis reach a program only through %s", embedded))
		}
	}
	if (p.Name == "main" || isEmbedded(p.ImportPath)) && !isTest(p.ImportPath) {
		testing := func(path string) bool { return path == "testing" }
		theirs := func(path string) bool { return !ours(path) && path != "testing" } // what libraries do is their affair
		if way := g.chain(p.ImportPath, testing, theirs); way != nil {
			faults = append(faults, fault(way, "the testing package is not for programs"))
		}
	}
	return faults
}
