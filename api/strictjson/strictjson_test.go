package strictjson_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"chesna/api/problem"
	"chesna/api/strictjson"
)

type person struct {
	Name string   `json:"name"`
	Tags []string `json:"tags,omitempty"`
}

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{ // the pointer and code of the fault, or ""
		`{"name":"Леся","tags":["a"]}`:    "",
		` {"name":"x"} ` + "\n":           "",
		`{}`:                              "",
		``:                                " required",
		` `:                               " required",
		`{"name":"x"}{"name":"y"}`:        " malformed",
		`{"name":"x"},`:                   " malformed",
		`{"name":"x","name":"y"}`:         "/name duplicate",
		`{"Name":"x"}`:                    "/Name unknown",
		`{"name":"x","other":{"deep":1}}`: "/other unknown",
		`{"name":"x","` + strings.Repeat("o", 99) + `":1}`: " unknown",
		`{"name":7}`:          "/name wrong-type",
		`{"tags":["a",{}]}`:   "/tags/1 wrong-type",
		`{"name":"\ud800"}`:   "/name malformed",
		"{\"name\":\"\xff\"}": "/name malformed",
		`{"name":"x"`:         " malformed",
		`{'name':"x"}`:        " malformed",
		`{"name":NaN}`:        "/name malformed",
		"\ufeff{}":            " malformed",
	} {
		var p person
		err := strictjson.Decode([]byte(text), &p)
		got := ""
		var e *problem.Error
		if errors.As(err, &e) {
			got = e.Fields[0].Pointer + " " + e.Fields[0].Code
		}
		if got != want || (err == nil) != (want == "") {
			t.Errorf("%q: %q, want %q (%v)", text, got, want, err)
		}
	}
}

func TestDepth(t *testing.T) {
	for depth, ok := range map[int]bool{1: true, strictjson.MaxDepth: true, strictjson.MaxDepth + 1: false, 100_000: false} {
		err := strictjson.Check([]byte(strings.Repeat("[", depth) + strings.Repeat("]", depth)))
		if (err == nil) != ok {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

// FuzzCheck: what passes is JSON for everyone, not nested too deeply.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{}`, `[1,2.5e3,"\u0041"]`, `{"a":{"a":1}}`, `{"a":1,"a":2}`, "\"\xed\xa0\x80\"", `01`, `tru`, strings.Repeat("[", 30)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := strictjson.Check(data); err != nil {
			return
		}
		if !json.Valid(data) {
			t.Errorf("%q passed", data)
		}
		var v any
		if err := strictjson.Decode(data, &v); err != nil {
			t.Errorf("%q passed the check, then: %v", data, err)
		}
	})
}
