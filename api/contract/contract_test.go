package contract_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chesna/api/contract"
	"chesna/api/oapi"
	"chesna/api/problem"
	"chesna/configs"
)

var loaded = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(oapi.Spec()) })

func load(t testing.TB) *contract.Contract {
	t.Helper()
	c, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func operation(t testing.TB, id string) *contract.Operation {
	t.Helper()
	o, ok := load(t).Operation(id)
	if !ok {
		t.Fatalf("no operation %s", id)
	}
	return o
}

// faults are "in pointer code" of what was refused, after the problem's own code.
func faults(err error) []string {
	var e *problem.Error
	if !errors.As(err, &e) {
		if err != nil {
			return []string{"other: " + err.Error()}
		}
		return nil
	}
	out := []string{string(e.Code)}
	for _, f := range e.Fields {
		out = append(out, strings.TrimSpace(f.In+" "+f.Pointer+" "+f.Code))
	}
	return out
}

func TestEveryOperationHasAClass(t *testing.T) {
	for _, o := range load(t).Operations() {
		if strings.HasPrefix(o.Path, "/api/") && !slices.Contains(configs.EdgeClasses(), o.Class) {
			t.Errorf("%s has the class %q", o.ID, o.Class)
		}
		if o.Action != "" && (o.Public || !slices.Contains(configs.PersonActions(), o.Action)) {
			t.Errorf("%s counts the action %q", o.ID, o.Action)
		}
		changes := o.Method != http.MethodGet && !strings.HasPrefix(o.Path, "/api/v1/sessions")
		if changes != o.Keyed {
			t.Errorf("%s: changes %v, takes Idempotency-Key %v", o.ID, changes, o.Keyed)
		}
	}
}

func TestBodies(t *testing.T) {
	const json = "application/json"
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for name, tc := range map[string]struct {
		op, contentType, body string
		want                  []string
	}{
		"good":              {"createHold", json, `{"consulate":"waw","service":"passport-adult","window":"waw-passport-20261207-am"}`, nil},
		"charset":           {"createHold", json + "; charset=UTF-8", `{"consulate":"waw","service":"passport-adult"}`, nil},
		"optional, empty":   {"createChallenge", "", "", nil},
		"optional, given":   {"createChallenge", json, "{}", nil},
		"required, empty":   {"createHold", json, "", []string{"malformed-body", "body  required"}},
		"none wanted":       {"getPerson", json, "{}", []string{"malformed-body", "body  not-allowed"}},
		"text":              {"createHold", "text/plain", "{}", []string{"unsupported-media-type", "header /Content-Type invalid"}},
		"no type":           {"createHold", "", "{}", []string{"unsupported-media-type", "header /Content-Type invalid"}},
		"latin":             {"createHold", json + ";charset=latin1", "{}", []string{"unsupported-media-type", "header /Content-Type invalid"}},
		"not JSON":          {"createHold", json, "{", []string{"malformed-body", "body  malformed"}},
		"two values":        {"createHold", json, "{} {}", []string{"malformed-body", "body  malformed"}},
		"trailing":          {"createHold", json, "{}x", []string{"malformed-body", "body  malformed"}},
		"duplicate":         {"createHold", json, `{"service":"a","service":"b"}`, []string{"malformed-body", "body /service duplicate"}},
		"invalid UTF-8":     {"createHold", json, "{\"service\":\"\xff\"}", []string{"malformed-body", "body /service malformed"}},
		"deep":              {"createHold", json, deep, []string{"malformed-body", "body /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0 too-deep"}},
		"an array":          {"createHold", json, `[]`, []string{"invalid", "body  wrong-type"}},
		"null":              {"createHold", json, `null`, []string{"invalid", "body  wrong-type"}},
		"missing":           {"createHold", json, `{}`, []string{"invalid", "body /consulate required", "body /service required"}},
		"unknown":           {"createHold", json, `{"consulate":"waw","service":"a","seat":"x","other":1}`, []string{"invalid", "body /other unknown", "body /seat unknown"}},
		"unknown, not told": {"createHold", json, `{"consulate":"waw","service":"a","<b>Тарас</b>":1}`, []string{"invalid", "body  unknown"}},
		"other case":        {"createHold", json, `{"Consulate":"waw","service":"a"}`, []string{"invalid", "body /Consulate unknown", "body /consulate required"}},
		"type":              {"createHold", json, `{"consulate":7,"service":"a"}`, []string{"invalid", "body /consulate wrong-type"}},
		"null member":       {"createHold", json, `{"consulate":null,"service":"a"}`, []string{"invalid", "body /consulate wrong-type"}},
		"pattern":           {"createHold", json, `{"consulate":"WAW!","service":"a"}`, []string{"invalid", "body /consulate malformed"}},
		"nested":            {"createHold", json, `{"consulate":"waw","service":"a","applicant":{"relation":"boss","surname":"","givenName":"x","birthDate":"1"}}`, []string{"invalid", "body /applicant/birthDate malformed", "body /applicant/relation unknown", "body /applicant/surname too-short"}},
		"long signature":    {"confirmHold", json, `{"signature":"` + strings.Repeat("A", 90001) + `"}`, []string{"invalid", "body /signature too-long"}},
		"in a list":         {"publishWeek", json, `{"counters":[{"id":"c1","openings":[{"weekday":"mon","from":"9:00","to":"24:01","group":"passport","pool":"gift"}]}]}`, []string{"invalid", "body /counters/0/openings/0/from malformed", "body /counters/0/openings/0/pool unknown", "body /counters/0/openings/0/to malformed"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := faults(operation(t, tc.op).Body(tc.contentType, []byte(tc.body)))
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParameters(t *testing.T) {
	for name, tc := range map[string]struct {
		op, path, query string
		header          http.Header
		want            []string
	}{
		"good":            {op: "getAvailability", path: "waw", query: "service=passport-adult"},
		"missing":         {op: "getAvailability", path: "waw", want: []string{"invalid", "query /service required"}},
		"empty":           {op: "getAvailability", path: "waw", query: "service=", want: []string{"invalid", "query /service required"}},
		"twice":           {op: "getAvailability", path: "waw", query: "service=a&service=b", want: []string{"invalid", "query /service duplicate"}},
		"unknown":         {op: "getAvailability", path: "waw", query: "service=a&x=1", want: []string{"invalid", "query /x unknown"}},
		"path":            {op: "getAvailability", path: "WAW", query: "service=a", want: []string{"invalid", "path /id malformed"}},
		"long":            {op: "getAvailability", path: "waw", query: "service=" + strings.Repeat("a", 3000), want: []string{"invalid", "query /service too-long"}},
		"number":          {op: "getRecord", query: "limit=100"},
		"number, zero":    {op: "getRecord", query: "limit=0", want: []string{"invalid", "query /limit out-of-range"}},
		"number, words":   {op: "getRecord", query: "limit=all", want: []string{"invalid", "query /limit wrong-type"}},
		"number, huge":    {op: "getRecord", query: "limit=99999999999999999999", want: []string{"invalid", "query /limit wrong-type"}},
		"key":             {op: "createHold", header: http.Header{"Idempotency-Key": {"0123456789abcdef"}}},
		"key, short":      {op: "createHold", header: http.Header{"Idempotency-Key": {"0123"}}, want: []string{"invalid", "header /Idempotency-Key malformed"}},
		"key, twice":      {op: "createHold", header: http.Header{"Idempotency-Key": {"01234567", "01234568"}}, want: []string{"invalid", "header /Idempotency-Key duplicate"}},
		"key, not ASCII":  {op: "createHold", header: http.Header{"Idempotency-Key": {"ключключ"}}, want: []string{"invalid", "header /Idempotency-Key malformed"}},
		"appointment":     {op: "getAppointment", path: "../../etc/passwd", want: []string{"invalid", "path /id malformed"}},
		"appointment, {}": {op: "getAppointment", path: "{0190b3a0-1111-4222-8333-444455556666}", want: []string{"invalid", "path /id too-long"}},
	} {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(tc.query)
			if err != nil {
				t.Fatal(err)
			}
			got := faults(operation(t, tc.op).Parameters(func(string) string { return tc.path }, query, tc.header))
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzBody: no body breaks the check, and no fault repeats a value that was sent.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"consulate":"waw","service":"passport-adult","slot":"s"}`, `{"consulate":"секретне","applicant":{"surname":"секретне"}}`,
		`{"a":{"b":[1,2,{"c":null}]}}`, `[[[[[[[[[[[[[[[[[[[[`, `{"service":"\ud800"}`, "\x00", `{"a":1e999}`,
	} {
		f.Add([]byte(s))
	}
	o := operation(f, "createHold")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, line := range faults(o.Body("application/json", data)) {
			if strings.Contains(line, "секретне") {
				t.Errorf("a fault repeats input: %s", line)
			}
			if len(line) > 400 {
				t.Errorf("a fault of %d bytes", len(line))
			}
		}
	})
}

func FuzzParameters(f *testing.F) {
	f.Add("waw", "service=a", "01234567")
	f.Add("", "service=%ff&service", "\x00")
	o := operation(f, "getAvailability")
	k := operation(f, "createHold")
	f.Fuzz(func(_ *testing.T, path, query, key string) {
		q, _ := url.ParseQuery(query)
		_ = o.Parameters(func(string) string { return path }, q, nil)
		_ = k.Parameters(func(string) string { return path }, q, http.Header{"Idempotency-Key": {key}})
	})
}
