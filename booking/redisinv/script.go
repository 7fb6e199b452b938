package redisinv

import (
	"context"
	"crypto/sha1" // the name that Redis gives to scripts, not a safeguard
	"embed"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var sources embed.FS

// script is one Lua file, called by its hash and sent in full only where a server does not know it yet.
type script struct{ name, source, hash string }

func loadScript(name string) (script, error) {
	b, err := sources.ReadFile("lua/" + name + ".lua")
	if err != nil {
		return script{}, fmt.Errorf("redisinv: script %s: %w", name, err)
	}
	sum := sha1.Sum(b)
	return script{name: name, source: string(b), hash: hex.EncodeToString(sum[:])}, nil
}

// scripts are all scripts of the room.
type scripts struct {
	claim, giveback, prolong, mark, forget   script
	signer                                   script
	hold, extend, pin, finish, sweep, settle script
	publish, withdraw, acknowledge, clock    script
}

func loadScripts() (s scripts, err error) {
	for name, into := range map[string]*script{
		"claim": &s.claim, "giveback": &s.giveback, "prolong": &s.prolong, "mark": &s.mark, "forget": &s.forget,
		"signer": &s.signer,
		"hold":   &s.hold, "extend": &s.extend, "pin": &s.pin, "finish": &s.finish, "sweep": &s.sweep,
		"settle": &s.settle, "publish": &s.publish, "withdraw": &s.withdraw, "acknowledge": &s.acknowledge,
		"clock": &s.clock,
	} {
		if *into, err = loadScript(name); err != nil {
			return scripts{}, err
		}
	}
	return s, nil
}

// call is one script with its keys and arguments.
type call struct {
	script script
	keys   []string
	args   []any
}

// reply is a script's typed table: a code and what follows it.
type reply struct {
	code string
	rest []any
}

// text is the i-th value after the code.
func (r reply) text(i int) string {
	if i >= len(r.rest) {
		return ""
	}
	switch v := r.rest[i].(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// texts are all values after the code.
func (r reply) texts() []string {
	out := make([]string, len(r.rest))
	for i := range r.rest {
		out[i] = r.text(i)
	}
	return out
}

func readReply(v any) (reply, error) {
	table, ok := v.([]any)
	if !ok || len(table) == 0 {
		return reply{}, &internalError{fmt.Errorf("a script answered %T, not a table", v)}
	}
	code, ok := table[0].(string)
	if !ok {
		return reply{}, &internalError{fmt.Errorf("a script's code is %T", table[0])}
	}
	return reply{code: code, rest: table[1:]}, nil
}

// unknown is the error for a code that the caller does not know: a fault of ours, not of the person.
func (c call) unknown(r reply) error {
	return &internalError{fmt.Errorf("%s.lua answered %q", c.script.name, r.code)}
}

// outcome is what one call of a pipeline came to.
type outcome struct {
	reply reply
	err   error
}

// run calls one script.
func (inv *Inventory) run(ctx context.Context, c call) (reply, error) {
	o := inv.runAll(ctx, []call{c})[0]
	return o.reply, o.err
}

// runAll calls scripts in one pipeline (one per shard of a cluster). Each has its own outcome. A server that
// does not know a script gets its source in a second pipeline.
func (inv *Inventory) runAll(ctx context.Context, calls []call) []outcome {
	out := make([]outcome, len(calls))
	if len(calls) == 0 {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, inv.timeout)
	defer cancel()
	all := make([]int, len(calls))
	for i := range all {
		all[i] = i
	}
	var missing []int
	for _, i := range inv.pipeline(ctx, calls, all, out, false) {
		if redis.HasErrorPrefix(out[i].err, "NOSCRIPT") {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 {
		inv.pipeline(ctx, calls, missing, out, true)
	}
	for i := range out {
		if out[i].err != nil {
			out[i].err = judge(calls[i].script.name, out[i].err)
		}
	}
	return out
}

// pipeline sends the chosen calls, writes their outcomes and returns the places of those that failed.
func (inv *Inventory) pipeline(ctx context.Context, calls []call, chosen []int, out []outcome, full bool) []int {
	pipe := inv.client.Pipeline()
	cmds := make([]*redis.Cmd, len(chosen))
	for n, i := range chosen {
		if full {
			cmds[n] = pipe.Eval(ctx, calls[i].script.source, calls[i].keys, calls[i].args...)
		} else {
			cmds[n] = pipe.EvalSha(ctx, calls[i].script.hash, calls[i].keys, calls[i].args...)
		}
	}
	_, execErr := pipe.Exec(ctx)
	var failed []int
	for n, i := range chosen {
		v, err := cmds[n].Result()
		if err == nil && v == nil && execErr != nil {
			err = execErr // never sent
		}
		if err != nil {
			out[i] = outcome{err: err}
			failed = append(failed, i)
			continue
		}
		out[i].reply, out[i].err = readReply(v)
	}
	return failed
}
