package locale_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chesna/api/locale"
)

func load(t *testing.T) *locale.Words {
	t.Helper()
	w, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestLanguagesHaveTheSameKeys(t *testing.T) {
	w := load(t)
	for _, l := range locale.Languages() {
		for _, other := range locale.Languages() {
			for _, key := range w.Keys(l) {
				if !w.Has(other, key) {
					t.Errorf("%q is in %s but not in %s", key, l, other)
				}
			}
		}
	}
}

// keyPattern finds what may be a key in a template or in Go.
var keyPattern = regexp.MustCompile(`"([a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+)"`)

// plainPattern finds pages whose title's key is made of their name.
var plainPattern = regexp.MustCompile(`plain\("([a-z-]+)"\)`)

func TestEveryKeyIsUsedAndEveryUsedKeyIsThere(t *testing.T) {
	w := load(t)
	used, wanted := map[string]bool{}, map[string]string{}
	rooms := map[string]bool{} // the first parts of keys
	for _, key := range w.Keys(locale.Ukrainian) {
		first, _, _ := strings.Cut(key, ".")
		rooms[first] = true
	}
	for _, pattern := range []string{"../web/*.go", "../web/templates/*.html", "../web/templates/frame/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range plainPattern.FindAllStringSubmatch(string(b), -1) { // plain pages are titled by their name
				used[m[1]+".title"] = true
				wanted[m[1]+".title"] = f
			}
			for _, m := range keyPattern.FindAllStringSubmatch(string(b), -1) {
				used[m[1]] = true
				if first, _, _ := strings.Cut(m[1], "."); rooms[first] && strings.HasSuffix(f, ".go") {
					wanted[m[1]] = f
				}
			}
			for _, m := range regexp.MustCompile(`(?:\(|\{\{|[ (])[tn] "([^"]+)"`).FindAllStringSubmatch(string(b), -1) {
				if strings.HasSuffix(f, ".html") && !w.Has(locale.Ukrainian, m[1]) {
					t.Errorf("%s uses %q, which no language has", f, m[1])
				}
			}
		}
	}
	for key, f := range wanted {
		if !w.Has(locale.Ukrainian, key) {
			t.Errorf("%s uses %q, which no language has", f, key)
		}
	}
	for _, key := range w.Keys(locale.Ukrainian) {
		if !used[key] {
			t.Errorf("%q is used nowhere", key)
		}
	}
}

// fieldPattern finds the values that a message uses.
var fieldPattern = regexp.MustCompile(`\{\{\.(\w+)\}\}|\{\w+\}`)

func TestTranslationsUseTheSameValues(t *testing.T) {
	w := load(t)
	values := func(l locale.Lang, key string) []string {
		s, err := w.Text(l, key, pairs()...)
		if err != nil {
			if s, err = w.Count(l, key, 5, pairs()...); err != nil {
				t.Fatal(err)
			}
		}
		found := regexp.MustCompile(`<\w+>|\{\w+\}`).FindAllString(s, -1)
		slices.Sort(found)
		return found
	}
	for _, key := range w.Keys(locale.Ukrainian) {
		if uk, en := values(locale.Ukrainian, key), values(locale.English, key); !slices.Equal(uk, en) {
			t.Errorf("%q uses %v in Ukrainian and %v in English", key, uk, en)
		}
	}
}

// pairs gives every value that messages may use its own name.
func pairs() []any {
	var out []any
	for _, l := range locale.Languages() {
		b, err := os.ReadFile("active." + string(l) + ".yaml")
		if err != nil {
			panic(err)
		}
		for _, m := range fieldPattern.FindAllStringSubmatch(string(b), -1) {
			if m[1] != "" && m[1] != "Count" {
				out = append(out, m[1], "<"+m[1]+">")
			}
		}
	}
	return out
}

func TestUkrainianPlurals(t *testing.T) {
	w := load(t)
	for n, want := range map[int]string{1: "Залишилася 1 хвилина,", 3: "Залишилося 3 хвилини,", 5: "Залишилося 5 хвилин,", 21: "Залишилася 21 хвилина,"} {
		if got, err := w.Count(locale.Ukrainian, "hold.left", n); err != nil || got != want {
			t.Errorf("%d: %q, %v; want %q", n, got, err, want)
		}
	}
}

func TestMissingMessagesAreErrors(t *testing.T) {
	w := load(t)
	if _, err := w.Text(locale.Ukrainian, "no.such.key"); err == nil {
		t.Error("a missing key was no error")
	}
	if _, err := w.Text(locale.Ukrainian, "meter.short", "Missing"); err == nil {
		t.Error("half a pair was no error")
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, 12, 7, 9, 5, 0, 0, time.FixedZone("", 5*3600+1800))
	for got, want := range map[string]string{
		locale.Day(locale.Ukrainian, at):                        "понеділок, 7 грудня 2026 року",
		locale.Day(locale.English, at):                          "Monday 7 December 2026",
		locale.DayOfYear(locale.Ukrainian, at):                  "понеділок, 7 грудня",
		locale.Month(locale.Ukrainian, at):                      "грудень 2026",
		locale.Span(locale.Ukrainian, at, at.AddDate(0, 0, 6)):  "7–13 грудня 2026 року",
		locale.Span(locale.English, at.AddDate(0, 0, -7), at):   "30 November – 7 December 2026",
		locale.Span(locale.Ukrainian, at, at.AddDate(0, 0, 27)): "7 грудня 2026 року – 3 січня 2027 року",
		locale.Clock(at): "09:05",
		locale.Zone(at):  "UTC+5:30",
		locale.Zone(at.In(time.FixedZone("", -5*3600))): "UTC−5",
		locale.Hours(locale.Ukrainian, 1100):            "18 год 20 хв",
		locale.Hours(locale.English, 45):                "45 min",
		locale.Capital("понеділок"):                     "Понеділок",
		locale.Country(locale.Ukrainian, "PL"):          "Польща",
		locale.Country(locale.English, "PL"):            "Poland",
		locale.Country(locale.English, "??"):            "??",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
