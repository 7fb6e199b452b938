package configs

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// defaultsOf is the configuration without overrides.
func defaultsOf(t testing.TB) *Config {
	t.Helper()
	c, err := Load(Options{})
	if err != nil {
		t.Fatalf("the compiled-in files are the samples: they must have no fault:\n%v", err)
	}
	return c
}

// folder makes a --config folder with these files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// faultsOf loads the folder and lists the faults as "file pointer code".
func faultsOf(t testing.TB, files map[string]string, env map[string]string) []string {
	t.Helper()
	_, err := Load(Options{Dir: folder(t, files), Getenv: func(k string) string { return env[k] }})
	return named(t, err)
}

func named(t testing.TB, err error) []string {
	t.Helper()
	var list Errors
	if !errors.As(err, &list) {
		t.Fatalf("want Errors, got %v", err)
	}
	var out []string
	for _, e := range list {
		if e.Detail == "" {
			t.Errorf("%v has no detail", e)
		}
		out = append(out, e.File+" "+e.Pointer+" "+e.Code)
	}
	return out
}

func TestDefaults(t *testing.T) {
	c := defaultsOf(t)
	if c.Hold.TTL.D() != 10*time.Minute || c.Hold.Extension.D() != 5*time.Minute || c.Hold.MaxPerDay != 3 ||
		c.Reopen.Within.D() != 24*time.Hour || c.Batching.HoldMax != 32 || c.Batching.HoldLinger.D() != 2*time.Millisecond ||
		c.Session.ChallengeTTL.D() != 5*time.Minute || c.Hold.MaxHoldSpan() != 15*time.Minute {
		t.Errorf("%+v %+v %+v %+v", c.Hold, c.Reopen, c.Batching, c.Session)
	}
	d := c.ForDemo()
	if d.Reopen.Within.D() != 3*time.Minute || c.Reopen.Within.D() != 24*time.Hour || d.Identity.CheckDigits || !c.Identity.CheckDigits {
		t.Errorf("demo %+v, not demo %+v", d.Reopen, c.Reopen)
	}
}

func TestOverrideHoldsOnlyWhatDiffers(t *testing.T) {
	dir := folder(t, map[string]string{
		FileChesna: "hold: {ttl: 7m}\nserver: {trustedProxies: [10.0.0.0/8, 'fd00::/8']}\n",
		FileLimits: "person:\n  hold: {rate: 2, per: 1m, burst: 1}\n",
	})
	c, err := Load(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	def := defaultsOf(t)
	if c.Hold.TTL.D() != 7*time.Minute || c.Hold.Extension != def.Hold.Extension || len(c.Server.TrustedProxies) != 2 {
		t.Errorf("%+v %+v", c.Hold, c.Server)
	}
	if c.Limits.Person[ActionHold].Rate != 2 || c.Limits.Person[ActionCancel] != def.Limits.Person[ActionCancel] {
		t.Errorf("%+v", c.Limits)
	}
}

func TestAnotherCatalogueNeedsNoSchedule(t *testing.T) {
	dir := folder(t, map[string]string{FileConsulates: seedPost})
	c, err := Load(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if w, err := c.TemplateWeek("waw", plainWeek()); err != nil || len(c.Consulates) != 1 || len(w.Counters) == 0 {
		t.Errorf("%v %+v", err, w)
	}
}

func TestUnknownKeyIsRefusedWithItsPlace(t *testing.T) {
	_, err := Load(Options{Dir: folder(t, map[string]string{FileChesna: "hold:\n  ttl: 7m\n  tll: 7m\n"})})
	var list Errors
	if !errors.As(err, &list) || len(list) != 1 {
		t.Fatal(err)
	}
	want := FieldError{File: FileChesna, Pointer: "/hold/tll", Line: 3, Code: CodeUnknownKey, Detail: "there is no such key"}
	if d := cmp.Diff(want, list[0]); d != "" {
		t.Error(d)
	}
}

func TestFormFaultsAllAtOnce(t *testing.T) {
	got := faultsOf(t, map[string]string{
		FileChesna: "hold: {ttl: 10, maxPerDay: many}\nserver: []\ndatabase: {url: postgres://u:p@h/d}\nlog:\n" +
			"redis: {addrs: localhost}\nhold: {ttl: 1m}\nsmtp: {port: [25]}\nreopen: {x: 1}\n",
		FileLimits:   "edge: &a {}\nperson: *a\n",
		FileServices: "groups: [\n",
		FileSchedule: "---\ndefault: x\n---\ndefault: y\n",
	}, nil)
	want := []string{
		"chesna.yaml /hold/ttl malformed", "chesna.yaml /hold/maxPerDay malformed", "chesna.yaml /server malformed",
		"chesna.yaml /database/url secret-in-file", "chesna.yaml /log required", "chesna.yaml /redis/addrs malformed",
		"chesna.yaml /hold duplicate", "chesna.yaml /smtp/port malformed", "chesna.yaml /reopen/x unknown-key",
		"limits.yaml /edge syntax", "limits.yaml /person syntax", "services.yaml  syntax", "schedule.yaml  syntax",
	}
	if d := cmp.Diff(sortedSet(want), sortedSet(got)); d != "" {
		t.Error(d)
	}
}

func TestMeaningFaultsAllAtOnce(t *testing.T) {
	post := "{id: %s, kind: embassy, city: {uk: А, en: A}, country: {code: PL, uk: Б, en: B}, timezone: %s, " +
		"district: [%s], languages: [%s], workdays: [mon], terminal: true, pool: %s}"
	got := faultsOf(t, map[string]string{
		FileChesna: "hold: {ttl: 2h}\nsession: {accessTTL: 59m, idleTTL: 5m, refreshTTL: 5m}\nredis: {mode: sentinel}\nserver: {addr: here, publicURL: 'https://a.b/c'}\n" +
			"smtp: {from: 'A <a@b.c>', tls: none, username: u}\nbooking: {gridMinutes: 7}\n",
		FileLimits: "edge: {moon: {requests: 0, period: 1m}}\n",
		FileConsulates: "holidays: {}\nconsulates:\n- " + fmt.Sprintf(post, "WAW", "Mars/Olympus", "{country: PL}", "pl", "kiosk") +
			"\n- " + fmt.Sprintf(post, "krk", "Europe/Warsaw", "{country: PL}, {country: PL, regions: [PL-12, DE-BY]}", "uk", "open") +
			"\n- " + fmt.Sprintf(post, "krk", "Europe/Warsaw", "{country: PL, regions: [PL-12]}", "uk", "open") + "\n",
	}, nil)
	want := []string{
		"chesna.yaml /hold/ttl out-of-range", "chesna.yaml /session/accessTTL conflict", "chesna.yaml /redis/addrs required",
		"chesna.yaml /redis/sentinelMaster required", "chesna.yaml /server/addr malformed", "chesna.yaml /server/publicURL malformed",
		"chesna.yaml /smtp/from malformed", "chesna.yaml /smtp/tls conflict",
		"services.yaml /groups/0/minutes conflict", "services.yaml /groups/1/minutes conflict", "services.yaml /groups/2/minutes conflict",
		"services.yaml /groups/3/minutes conflict", "services.yaml /groups/4/minutes conflict",
		"limits.yaml /edge/moon unknown-key", "limits.yaml /edge/moon/requests out-of-range",
		"consulates.yaml /consulates/0/id malformed", "consulates.yaml /consulates/0/timezone unknown",
		"consulates.yaml /consulates/0/languages required", "consulates.yaml /consulates/0/pool unknown",
		"consulates.yaml /consulates/1/district/0/country conflict", "consulates.yaml /consulates/1/district/1/regions/1 malformed",
		"consulates.yaml /consulates/2/id duplicate", "consulates.yaml /consulates/2/district/0/regions/0 conflict",
	}
	if d := cmp.Diff(sortedSet(want), sortedSet(got)); d != "" {
		t.Error(d)
	}
}

func TestScheduleIsTriedOnItsPosts(t *testing.T) {
	got := faultsOf(t, map[string]string{FileSchedule: `
default: small
templates:
  small:
    counters:
      - {id: c1, openings: [{workdays: [1], from: "09:00", to: "09:10", group: passport, pool: online}]}
posts: {}
`}, nil)
	for _, g := range got {
		if g != "schedule.yaml /templates/small malformed" {
			t.Error(g)
		}
	}
	got = faultsOf(t, map[string]string{FileSchedule: "default: a\ntemplates: {}\nposts: {xxx: b}\n"}, nil)
	want := []string{"schedule.yaml /default unknown", "schedule.yaml /posts/xxx unknown"}
	if d := cmp.Diff(want, sortedSet(got)); d != "" {
		t.Error(d)
	}
}

func TestFolderIsLookedAtStrictly(t *testing.T) {
	if got := named(t, second(Load(Options{Dir: filepath.Join(t.TempDir(), "none")}))); got[0] != "--config  unreadable" {
		t.Error(got)
	}
	got := faultsOf(t, map[string]string{"chesna.yml": "", FileLimits: strings.Repeat("#", MaxFileSize+1), FileChesna: ""}, nil)
	want := []string{"chesna.yaml  required", "chesna.yml  unknown", "limits.yaml  too-large"}
	if d := cmp.Diff(want, sortedSet(got)); d != "" {
		t.Error(d)
	}
}

func TestDeepAndWideFilesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"deep": "hold: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"bomb": "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
		"wide": "redis:\n  addrs:\n" + strings.Repeat("  - a\n", 120_000),
		"tag":  "hold: !!binary aGVsbG8=",
		"zero": "\x00",
	} {
		if got := faultsOf(t, map[string]string{FileChesna: text}, nil); len(got) == 0 || len(got) > 10 {
			t.Errorf("%s: %d faults", name, len(got))
		}
	}
}

func TestSecretsComeFromTheEnvironment(t *testing.T) {
	file := filepath.Join(folder(t, map[string]string{"password": "s3cret\n"}), "password")
	key := "1:" + strings.Repeat("A", 43) + "="
	env := map[string]string{
		"DATABASE_URL": "postgres://u:p@h/d", "REDIS_URL": "redis://other", "CHESNA_REDIS_URL": "redis://h",
		"CHESNA_SMTP_PASSWORD_FILE": file, "CHESNA_KEYS_MASTER": key,
	}
	c, err := Load(Options{Getenv: func(k string) string { return env[k] }})
	if err != nil {
		t.Fatal(err)
	}
	if c.Database.URL.Reveal() != env["DATABASE_URL"] || c.Redis.URL.Reveal() != "redis://h" || c.SMTP.Password.Reveal() != "s3cret" {
		t.Error("not read")
	}
	if c.Keys.Master.Reveal() != key {
		t.Error("the master key was not read")
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("config", "smtp", c.SMTP, "password", c.SMTP.Password)
	if all := fmt.Sprintf("%v %+v %#v %s", c.SMTP, *c, c.SMTP.Password, log.String()); strings.Contains(all, "s3cret") {
		t.Error("a secret was printed")
	}
}

func TestSecretFaults(t *testing.T) {
	got := faultsOf(t, nil, map[string]string{
		"CHESNA_DATABASE_URL": "a", "CHESNA_DATABASE_URL_FILE": "b", "CHESNA_SMTP_PASSWORD_FILE": "/dev/zero",
	})
	want := []string{"environment CHESNA_DATABASE_URL conflict", "environment CHESNA_SMTP_PASSWORD_FILE unreadable"}
	if d := cmp.Diff(want, sortedSet(got)); d != "" {
		t.Error(d)
	}
	if got := named(t, defaultsOf(t).RequireServe()); len(got) != 7 {
		t.Errorf("%d: %v", len(got), got)
	}
}

func second(_ *Config, err error) error { return err }
