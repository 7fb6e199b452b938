package arch

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// plant makes a graph from lines "package: import import …"; a line that begins with ! is a program.
func plant(lines ...string) graph {
	g := graph{}
	for _, line := range lines {
		name := "x"
		if rest, ok := strings.CutPrefix(line, "!"); ok {
			line, name = rest, "main"
		}
		path, imports, _ := strings.Cut(line, ":")
		g[path] = pkg{ImportPath: path, Name: name, Imports: strings.Fields(imports)}
	}
	return g
}

func TestRulesFindPlantedFaults(t *testing.T) {
	for name, c := range map[string]struct {
		graph graph
		want  string // part of the one fault; empty for none
	}{
		"core may":             {plant("chesna/booking: time chesna/booking/draw chesna/identity github.com/google/uuid golang.org/x/mod/sumdb/tlog"), ""},
		"core and network":     {plant("chesna/identity: net/http"), "chesna/identity -> net/http: a core package has no"},
		"core and randomness":  {plant("chesna/booking/draw: math/rand/v2"), "math/rand/v2"},
		"core and files":       {plant("chesna/fraud: os"), "-> os:"},
		"core and more files":  {plant("chesna/fraud: os/exec"), "-> os/exec:"},
		"core and a library":   {plant("chesna/booking: github.com/x/y"), "github.com/x/y"},
		"core and an adapter":  {plant("chesna/booking: chesna/booking/journal"), "only other core packages"},
		"rules and cel":        {plant("chesna/fraud/rules: cel.dev/cel-go/cel chesna/fraud"), ""},
		"fraud and cel":        {plant("chesna/fraud: cel.dev/cel-go/cel"), "cel-go"},
		"booking sees fraud":   {plant("chesna/booking/jobs: chesna/z", "chesna/z: chesna/fraud/graph"), "chesna/booking/jobs -> chesna/z -> chesna/fraud/graph: booking never"},
		"fraud sees booking":   {plant("chesna/fraud/pgstore: chesna/booking"), "fraud never imports booking"},
		"api from below":       {plant("chesna/booking/jobs: chesna/api/locale"), "nothing imports api but cmd"},
		"api from cmd":         {plant("!chesna/cmd/chesna: chesna/api", "chesna/api: chesna/api/web"), ""},
		"cmd from below":       {plant("chesna/loadtest: chesna/cmd/x"), "nothing imports cmd"},
		"draw is alone":        {plant("chesna/booking/draw: chesna/booking/capacity"), "nothing of ours"},
		"dstu is alone":        {plant("chesna/identity/dstu: chesna/identity"), "nothing of ours"},
		"echo outside":         {plant("chesna/cmd/chesna/internal/app: github.com/labstack/echo/v4/middleware"), "labstack/echo"},
		"echo inside":          {plant("chesna/api/oapi: github.com/labstack/echo/v4"), ""},
		"limiter on redis":     {plant("chesna/api: github.com/ulule/limiter/v3/drivers/store/redis"), "memory store only"},
		"redis inside":         {plant("chesna/identity/redisstate: github.com/redis/go-redis/v9"), ""},
		"redis outside":        {plant("chesna/identity/pgstore: github.com/redis/go-redis/v9"), "go-redis"},
		"redis in tests":       {plant("chesna/booking/bookingtest/servers: github.com/redis/go-redis/v9 github.com/jackc/pgx/v5 testing"), ""},
		"pgx inside":           {plant("chesna/fraud/pgstore/db: github.com/jackc/pgx/v5/pgtype"), ""},
		"pgx outside":          {plant("chesna/booking/journal: github.com/jackc/pgx/v5"), "jackc/pgx"},
		"jwt outside":          {plant("chesna/api: github.com/golang-jwt/jwt/v5"), "golang-jwt"},
		"miniredis by the way": {plant("!chesna/cmd/chesna: chesna/loadtest", "chesna/loadtest: chesna/booking/bookingtest"), "chesna/cmd/chesna -> chesna/loadtest -> chesna/booking/bookingtest"},
		"miniredis embedded": {plant("!chesna/cmd/chesna: chesna/cmd/chesna/internal/app/embedded",
			"chesna/cmd/chesna/internal/app/embedded: github.com/alicebob/miniredis/v2 chesna/booking/bookingtest/servers/child"), ""},
		"testing embedded": {plant("chesna/cmd/chesna/internal/app/embedded: chesna/booking/bookingtest/servers",
			"chesna/booking/bookingtest/servers: testing"), "the testing package is not for programs"},
	} {
		t.Run(name, func(t *testing.T) {
			faults := c.graph.rules()
			switch {
			case c.want == "" && len(faults) > 0:
				t.Errorf("unexpected: %s", faults)
			case c.want != "" && (len(faults) == 0 || !strings.Contains(strings.Join(faults, "\n"), c.want)):
				t.Errorf("got %q, want %q", faults, c.want)
			}
		})
	}
}

func TestSourceRulesFindPlantedFaults(t *testing.T) {
	long := "func long() {" + strings.Repeat("\n", functionLines) + "}\n"
	for name, c := range map[string]struct {
		core bool
		code string
		want string
	}{
		"pure":          {true, "import \"time\"\nfunc f(now time.Time) time.Time { return now.Add(time.Second) }", ""},
		"clock":         {true, "import \"time\"\nvar f = time.Now", "time.Now"},
		"renamed clock": {true, "import tm \"time\"\nfunc f() { tm.Sleep(1) }", "time.Sleep"},
		"hidden clock":  {true, "import \"time\"\nfunc f(a time.Time) bool { return time.Since(a) > 0 }", "time.Since"},
		"adapter clock": {false, "import \"time\"\nvar f = time.Now", ""},
		"own Now":       {true, "type clock struct{}\nfunc (clock) Now() int { return 0 }\nvar time clock\nvar f = time.Now", ""},
		"init":          {false, "func init() {}", "func init"},
		"method init":   {false, "type a int\nfunc (a) init() {}", ""},
		"global logger": {false, "import \"log/slog\"\nfunc f() { slog.Info(\"x\") }", "slog.Info"},
		"logger made":   {false, "import \"log/slog\"\nvar h = slog.DiscardHandler", ""},
		"old log":       {false, "import \"log\"\nvar _ = log.New", "import of log"},
		"long function": {false, long, "long has"},
		"generated":     {false, "// Code generated by x. DO NOT EDIT.\n\nfunc init() {}\n" + long, ""},
	} {
		t.Run(name, func(t *testing.T) {
			code := "package p\n" + c.code
			if strings.HasPrefix(c.code, "// Code generated") {
				header, body, _ := strings.Cut(c.code, "\n")
				code = header + "\n\npackage p\n" + body
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, "p.go", code, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			faults := strings.Join(sourceFaults(fset, file, c.core), "\n")
			if c.want == "" && faults != "" || !strings.Contains(faults, c.want) {
				t.Errorf("got %q, want %q", faults, c.want)
			}
		})
	}
}
