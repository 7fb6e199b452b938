package redisinv

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"chesna/booking/bookingtest/servers"
)

// scriptCase is one call of one script. Commands are written with spaces between their words; "_" in a word
// stands for a space.
type scriptCase struct {
	script, name string
	before       []string
	keys, args   string
	want         string            // the reply as fmt prints it
	after        map[string]string // command → reply
}

// Shared words of the cases. Times: now is 1,000,000 ms; h1 expires at 1,600,000.
const (
	heldRecord   = "H|1600000|1900000|0|1000000|seat1|5000|20|grp|svc|per|app|non"
	pinnedRecord = "P|1600000|1900000|0|1000000|seat1|5000|20|grp|svc|per|app|non"
	endedRecord  = "X|1600000|1900000|0|1000000|seat1|5000|20|grp|svc|per|app|non"

	holdKeys   = "{c}:epoch {c}:seats {c}:holds {c}:exp {c}:free"
	finishKeys = "{c}:seats {c}:holds {c}:exp {c}:pin {c}:ended"
	settleKeys = finishKeys + " {c}:free"
)

var (
	epochSet   = "SET {c}:epoch 1"
	seat1Free  = []string{epochSet, "HSET {c}:seats seat1 S|grp|5000|20", "ZADD {c}:free 5000 seat1"}
	seat1Held  = []string{epochSet, "HSET {c}:seats seat1 S|grp|5000|20", "HSET {c}:holds h1 " + heldRecord, "ZADD {c}:exp 1600000 h1"}
	seat1Pin   = []string{epochSet, "HSET {c}:seats seat1 S|grp|5000|20", "HSET {c}:holds h1 " + pinnedRecord, "ZADD {c}:pin 1000000 h1"}
	seat1Ended = []string{epochSet, "HSET {c}:seats seat1 E|grp|5000|20", "HSET {c}:holds h1 " + endedRecord, "ZADD {c}:ended 1700000 h1"}
)

func scriptCases() []scriptCase {
	var all []scriptCase
	for script, cases := range map[string][]scriptCase{
		"claim": claimCases(), "giveback": givebackCases(), "prolong": prolongCases(), "mark": markCases(), "forget": forgetCases(),
		"signer": signerCases(),
		"hold":   holdCases(), "extend": extendCases(), "pin": pinCases(), "finish": finishCases(), "sweep": sweepCases(),
		"settle": settleCases(), "publish": publishCases(), "withdraw": withdrawCases(), "acknowledge": acknowledgeCases(),
		"clock": clockCases(),
	} {
		for _, c := range cases {
			c.script = script
			all = append(all, c)
		}
	}
	return all
}

func claimCases() []scriptCase {
	keys, args := "{p}:k {p}:n", "h1 per 3 5000 9000 "
	return []scriptCase{
		{name: "first", keys: keys, args: args + "-", want: "[CLAIMED]", after: map[string]string{
			"GET {p}:k": "c h1 per", "GET {p}:n": "1", "PTTL {p}:k": "~5000", "PTTL {p}:n": "~9000",
		}},
		{
			name: "claimed", before: []string{"SET {p}:k c_h0_per"}, keys: keys, args: args + "-", want: "[EXISTS c h0 per]",
			after: map[string]string{"GET {p}:k": "c h0 per", "EXISTS {p}:n": "0"},
		},
		{
			name: "booked", before: []string{"SET {p}:k appt:1"}, keys: keys, args: args + "-", want: "[BOOKED]",
			after: map[string]string{"GET {p}:k": "appt:1"},
		},
		{
			name: "last of the day", before: []string{"SET {p}:n 2"}, keys: keys, args: args + "-", want: "[CLAIMED]",
			after: map[string]string{"GET {p}:n": "3"},
		},
		{
			name: "too many", before: []string{"SET {p}:n 3"}, keys: keys, args: args + "-", want: "[LIMIT]",
			after: map[string]string{"GET {p}:n": "3", "EXISTS {p}:k": "0"},
		},
		{
			name: "instead of a dead hold", before: []string{"SET {p}:k h_h0_per"}, keys: keys, args: args + "h_h0_per", want: "[CLAIMED]",
			after: map[string]string{"GET {p}:k": "c h1 per", "GET {p}:n": "1"},
		},
		{
			name: "the dead hold was replaced meanwhile", before: []string{"SET {p}:k h_h2_per"}, keys: keys, args: args + "h_h0_per",
			want: "[EXISTS h h2 per]",
		},
	}
}

func givebackCases() []scriptCase {
	keys := "{p}:k {p}:n"
	gone := map[string]string{"EXISTS {p}:k": "0"}
	return []scriptCase{
		{
			name: "a claim", before: []string{"SET {p}:k c_h1_per", "SET {p}:n 2"}, keys: keys, args: "h1_per claim", want: "[OK]",
			after: map[string]string{"EXISTS {p}:k": "0", "GET {p}:n": "1"},
		},
		{
			name: "a claim without counter", before: []string{"SET {p}:k c_h1_per"}, keys: keys, args: "h1_per claim", want: "[OK]",
			after: map[string]string{"EXISTS {p}:n": "0"},
		},
		{
			name: "a claim that became a hold", before: []string{"SET {p}:k h_h1_per", "SET {p}:n 2"}, keys: keys, args: "h1_per claim",
			want: "[KEPT]", after: map[string]string{"GET {p}:k": "h h1 per", "GET {p}:n": "2"},
		},
		{
			name: "a claim in doubt", before: []string{"SET {p}:k c_h1_per PX 7000", "SET {p}:n 2"}, keys: keys, args: "h1_per doubt", want: "[OK]",
			after: map[string]string{"GET {p}:k": "u h1 per", "PTTL {p}:k": "~7000", "GET {p}:n": "1"},
		},
		{
			name: "a claim in doubt again", before: []string{"SET {p}:k u_h1_per", "SET {p}:n 2"}, keys: keys, args: "h1_per doubt", want: "[OK]",
			after: map[string]string{"GET {p}:k": "u h1 per", "GET {p}:n": "2"},
		},
		{
			name: "a claim that was in doubt", before: []string{"SET {p}:k u_h1_per", "SET {p}:n 2"}, keys: keys, args: "h1_per claim", want: "[OK]",
			after: map[string]string{"EXISTS {p}:k": "0", "GET {p}:n": "2"},
		},
		{name: "a hold is not in doubt", before: []string{"SET {p}:k h_h1_per", "SET {p}:n 2"}, keys: keys, args: "h1_per doubt", want: "[KEPT]"},
		{
			name: "a hold", before: []string{"SET {p}:k h_h1_per", "SET {p}:n 2"}, keys: keys, args: "h1_per hold", want: "[OK]",
			after: map[string]string{"EXISTS {p}:k": "0", "GET {p}:n": "2"},
		},
		{name: "a hold whose claim was not prolonged", before: []string{"SET {p}:k c_h1_per"}, keys: keys, args: "h1_per hold", want: "[OK]", after: gone},
		{name: "another hold", before: []string{"SET {p}:k h_h2_per"}, keys: keys, args: "h1_per hold", want: "[KEPT]"},
		{
			name: "an appointment", before: []string{"SET {p}:k appt:1"}, keys: keys, args: "h1_per hold", want: "[KEPT]",
			after: map[string]string{"GET {p}:k": "appt:1"},
		},
		{name: "nothing", keys: keys, args: "h1_per hold", want: "[KEPT]", after: gone},
	}
}

func prolongCases() []scriptCase {
	keys, count, keep := "{p}:k {p}:n", "h1_per 7000 count 9000", "h1_per 7000 keep 9000"
	set := map[string]string{"GET {p}:k": "h h1 per", "PTTL {p}:k": "~7000", "EXISTS {p}:n": "0"}
	return []scriptCase{
		{name: "a claim", before: []string{"SET {p}:k c_h1_per"}, keys: keys, args: count, want: "[OK]", after: set},
		{name: "a hold", before: []string{"SET {p}:k h_h1_per PX 99"}, keys: keys, args: count, want: "[OK]", after: set},
		{
			name: "a claim that is gone", keys: keys, args: count, want: "[OK]",
			after: map[string]string{"GET {p}:k": "h h1 per", "GET {p}:n": "1", "PTTL {p}:n": "~9000"},
		},
		{
			name: "a claim in doubt", before: []string{"SET {p}:k u_h1_per"}, keys: keys, args: count, want: "[OK]",
			after: map[string]string{"GET {p}:k": "h h1 per", "GET {p}:n": "1"},
		},
		{name: "a sign that is gone", keys: keys, args: keep, want: "[OK]", after: set},
		{
			name: "another hold", before: []string{"SET {p}:k c_h2_per"}, keys: keys, args: count, want: "[LOST]",
			after: map[string]string{"GET {p}:k": "c h2 per", "EXISTS {p}:n": "0"},
		},
		{name: "an appointment", before: []string{"SET {p}:k appt:1"}, keys: keys, args: keep, want: "[LOST]"},
	}
}

func markCases() []scriptCase {
	return []scriptCase{
		{
			name: "over a hold", before: []string{"SET {p}:k h_h1_per PX 99"}, keys: "{p}:k {p}:past", args: "appt:1", want: "[OK]",
			after: map[string]string{"GET {p}:k": "appt:1", "PTTL {p}:k": "-1ns"},
		},
		{
			name: "too late", before: []string{"SET {p}:past 1"}, keys: "{p}:k {p}:past", args: "appt:1", want: "[PAST]",
			after: map[string]string{"EXISTS {p}:k": "0"},
		},
	}
}

func forgetCases() []scriptCase {
	return []scriptCase{
		{
			name: "it", before: []string{"SET {p}:k appt:1"}, keys: "{p}:k {p}:past", args: "appt:1 8000", want: "[OK]",
			after: map[string]string{"EXISTS {p}:k": "0", "PTTL {p}:past": "~8000"},
		},
		{
			name: "another", before: []string{"SET {p}:k appt:2"}, keys: "{p}:k {p}:past", args: "appt:1 8000", want: "[KEPT]",
			after: map[string]string{"GET {p}:k": "appt:2", "EXISTS {p}:past": "1"},
		},
	}
}

func signerCases() []scriptCase {
	keys := "{p}:for"
	return []scriptCase{
		{
			name: "first", keys: keys, args: "take h1 9 8000", want: "[OK]",
			after: map[string]string{"SISMEMBER {p}:for h1": "1", "PTTL {p}:for": "~8000"},
		},
		{
			name: "last", before: []string{"SADD {p}:for h2 h3"}, keys: keys, args: "take h1 3 8000", want: "[OK]",
			after: map[string]string{"SCARD {p}:for": "3"},
		},
		{
			name: "too many", before: []string{"SADD {p}:for h2 h3"}, keys: keys, args: "take h1 2 8000", want: "[LIMIT]",
			after: map[string]string{"SCARD {p}:for": "2"},
		},
		{
			name: "the same again", before: []string{"SADD {p}:for h1 h2"}, keys: keys, args: "take h1 2 8000", want: "[OK]",
			after: map[string]string{"SCARD {p}:for": "2"},
		},
		{
			name: "given back", before: []string{"SADD {p}:for h1 h2"}, keys: keys, args: "give h1 2 8000", want: "[OK]",
			after: map[string]string{"SMEMBERS {p}:for": "[h2]"},
		},
		{name: "another is not given back", before: []string{"SADD {p}:for h2"}, keys: keys, args: "give h1 2 8000", want: "[OK]", after: map[string]string{"SCARD {p}:for": "1"}},
	}
}

func TestScripts(t *testing.T) {
	loaded, err := loadScripts()
	if err != nil {
		t.Fatal(err)
	}
	cases := scriptCases()
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		tested := map[string]bool{}
		for i, c := range cases {
			tested[c.script] = true
			t.Run(c.script+"/"+c.name, func(t *testing.T) {
				runScriptCase(t, e, loaded, c, fmt.Sprintf("%s%d", e.Name, i))
			})
		}
		files, err := fs.Glob(sources, "lua/*.lua")
		if err != nil || len(files) == 0 {
			t.Fatal("no scripts")
		}
		for _, f := range files {
			if name := strings.TrimSuffix(path.Base(f), ".lua"); !tested[name] {
				t.Errorf("%s.lua has no test", name)
			}
		}
	})
}

func runScriptCase(t *testing.T, e servers.Engine, loaded scripts, c scriptCase, tag string) {
	t.Helper()
	ctx := t.Context()
	s, err := loadScript(c.script)
	if err != nil {
		t.Fatal(err)
	}
	inv := &Inventory{client: e.Client, scripts: loaded, timeout: defaultTimeout}
	own := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "{c}", "{"+tag+"}"), "{p}", "{"+tag+"}")
	}
	for _, command := range c.before {
		if err := e.Client.Do(ctx, words(own(command))...).Err(); err != nil {
			t.Fatalf("%s: %v", command, err)
		}
	}
	one := call{script: s, keys: strings.Fields(own(c.keys)), args: words(c.args)}
	r, err := inv.run(ctx, one)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.TrimSpace(fmt.Sprint(append([]any{r.code}, r.rest...)))
	if c.want != "" && got != c.want {
		t.Errorf("got  %s\nwant %s", got, c.want)
	}
	for command, want := range c.after {
		if got := ask(ctx, t, e.Client, own(command)); !matches(got, want) {
			t.Errorf("%s: got %q, want %q", command, got, want)
		}
	}
}

func ask(ctx context.Context, t *testing.T, client redis.UniversalClient, command string) string {
	t.Helper()
	if key, ok := strings.CutPrefix(command, "PTTL "); ok {
		return fmt.Sprint(client.PTTL(ctx, key).Val())
	}
	v, err := client.Do(ctx, words(command)...).Result()
	if errors.Is(err, redis.Nil) {
		return "nil"
	}
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return fmt.Sprint(v)
}

// words splits a command; "-" alone is the empty word.
func words(command string) []any {
	var out []any
	for _, w := range strings.Fields(command) {
		if w == "-" {
			w = ""
		}
		out = append(out, strings.ReplaceAll(w, "_", " "))
	}
	return out
}
