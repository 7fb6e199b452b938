package configs

import (
	"net/url"
	"time"
)

// Release is how scarce seats are given by draw. docs/DRAW-FILES.md and every announcement publish its times.
type Release struct {
	Notice       Duration `yaml:"notice"`
	Entry        Duration `yaml:"entry"`
	StandbyEntry Duration `yaml:"standbyEntry"`
	StandbyEvery Duration `yaml:"standbyEvery"`
	Lead         Duration `yaml:"lead"`
	Spread       Duration `yaml:"spread"`
	Deadline     Duration `yaml:"deadline"`
	Round        Duration `yaml:"round"`
	Fallback     Duration `yaml:"fallback"`
	Offer        Duration `yaml:"offer"`
	Margin       Duration `yaml:"margin"`
	OpenWithin   Duration `yaml:"openWithin"`
	Pause        Duration `yaml:"pause"`
	LateCancel   Duration `yaml:"lateCancel"`
	MaxChanges   int      `yaml:"maxChanges"`
	Quota        Quota    `yaml:"quota"`
}

// Quota is the shares of the channels at a post with a terminal, out of 100.
type Quota struct {
	Online int `yaml:"online"`
	Kiosk  int `yaml:"kiosk"`
	Today  int `yaml:"today"`
}

// Opening is a live opening: seats that can be booked at once, published for one moment.
type Opening struct {
	Lobby     Duration `yaml:"lobby"`
	Gather    Duration `yaml:"gather"`
	Delay     Duration `yaml:"delay"`
	PerMinute int      `yaml:"perMinute"`
	Turn      Duration `yaml:"turn"`
}

// Journal is the log that proves what was done, and who cosigns it.
type Journal struct {
	// MarksDir holds what was last published, outside the database, against forks.
	MarksDir string    `yaml:"marksDir"`
	Every    Duration  `yaml:"every"`
	StampURL string    `yaml:"stampURL"`
	TSARoots string    `yaml:"tsaRoots"`
	Needed   int       `yaml:"needed"`
	Witness  []Witness `yaml:"witnesses"`
}

// Witness is somebody who cosigns the logs.
type Witness struct {
	URL      string `yaml:"url"`
	Key      string `yaml:"key"`
	Operator string `yaml:"operator"`
}

// Beacon is where the draws' randomness comes from.
type Beacon struct {
	// ChainFile describes a chain other than drand's quicknet.
	ChainFile string   `yaml:"chainFile"`
	Relays    []string `yaml:"relays"`
}

// Authority is the identity authority, which turns persons into pseudonyms of a draw.
type Authority struct {
	KeyFile string `yaml:"keyFile"`
}

func (c *Config) checkRelease(f faults) {
	c.Release.check(f, "/release")
	c.Demo.Release.check(f, "/demo/release")
	c.Opening.check(f, "/opening")
	c.Demo.Opening.check(f, "/demo/opening")
	f.want(c.Journal.Every.D() >= 100*time.Millisecond && c.Journal.Every.D() <= 2*time.Second, "/journal/every", CodeOutOfRange, "want 100ms to 2s")
	f.want(c.Journal.Needed >= 1, "/journal/needed", CodeOutOfRange, "want at least 1")
	n := len(c.Journal.Witness)
	f.want(n == 0 || 2*c.Journal.Needed > n && c.Journal.Needed <= n, "/journal/needed", CodeConflict, "want more than half of the witnesses, and not more than there are")
	if c.Journal.StampURL != "" {
		checkHTTP(f, "/journal/stampURL", c.Journal.StampURL)
	}
	for i, w := range c.Journal.Witness {
		checkHTTP(f, ptr("journal", "witnesses", i, "url"), w.URL)
		f.want(w.Key != "", ptr("journal", "witnesses", i, "key"), CodeRequired, "want the witness's verifier key")
		f.want(w.Operator != "", ptr("journal", "witnesses", i, "operator"), CodeRequired, "want who runs it; self for yourself")
	}
	for i, r := range c.Beacon.Relays {
		checkHTTP(f, ptr("beacon", "relays", i), r)
	}
}

func checkHTTP(f faults, at, address string) {
	u, err := url.Parse(address)
	f.want(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "",
		at, CodeMalformed, "want an address like https://relay.example")
}

func (r Release) check(f faults, at string) {
	const s, m, h, day = time.Second, time.Minute, time.Hour, 24 * time.Hour
	for _, b := range []timeBound{
		{"/notice", r.Notice, s, 60 * day},
		{"/entry", r.Entry, s, 60 * day},
		{"/standbyEntry", r.StandbyEntry, s, 7 * day},
		{"/standbyEvery", r.StandbyEvery, s, 7 * day},
		{"/lead", r.Lead, 0, 90 * day},
		{"/spread", r.Spread, 0, 7 * day},
		{"/deadline", r.Deadline, s, h},
		{"/round", r.Round, 2 * s, 2 * h},
		{"/fallback", r.Fallback, 5 * s, 2 * day},
		{"/offer", r.Offer, s, 14 * day},
		{"/margin", r.Margin, 0, 14 * day},
		{"/openWithin", r.OpenWithin, s, 7 * day},
		{"/pause", r.Pause, 0, 366 * day},
		{"/lateCancel", r.LateCancel, 0, 14 * day},
	} {
		f.want(b.value.D() >= b.min && b.value.D() <= b.max && b.value.D()%time.Second == 0, at+b.at, CodeOutOfRange,
			"want whole seconds, "+b.min.String()+" to "+b.max.String())
	}
	f.want(r.Entry <= r.Notice, at+"/entry", CodeConflict, "want at most notice")
	f.want(r.Deadline < r.Round, at+"/deadline", CodeConflict, "want less than round")
	f.want(r.Round < r.Fallback, at+"/round", CodeConflict, "want less than fallback")
	f.want(r.MaxChanges >= 0 && r.MaxChanges <= 10, at+"/maxChanges", CodeOutOfRange, between(0, 10))
	q := r.Quota
	f.want(q.Online >= 1 && q.Kiosk >= 0 && q.Today >= 0 && q.Online+q.Kiosk+q.Today == 100, at+"/quota", CodeConflict, "want shares that sum to 100, with some online")
}

func (o Opening) check(f faults, at string) {
	const s, h = time.Second, time.Hour
	for _, b := range []timeBound{
		{"/lobby", o.Lobby, 0, 24 * h},
		{"/gather", o.Gather, s, 24 * h},
		{"/delay", o.Delay, s, h},
		{"/turn", o.Turn, s, 24 * h},
	} {
		f.want(b.value.D() >= b.min && b.value.D() <= b.max && b.value.D()%time.Second == 0, at+b.at, CodeOutOfRange,
			"want whole seconds, "+b.min.String()+" to "+b.max.String())
	}
	f.want(o.PerMinute >= 1 && o.PerMinute <= 60_000, at+"/perMinute", CodeOutOfRange, between(1, 60_000))
}
