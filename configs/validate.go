package configs

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// check looks at everything that the form alone does not say.
func (c *Config) check(lines map[string]lineIndex) Errors {
	var list Errors
	at := func(file string) faults { return faults{file: file, list: &list, lines: lines[file]} }
	f := at(FileChesna)
	c.checkServer(f)
	c.checkTimes(f)
	c.checkSizes(f)
	c.checkRedis(f)
	c.checkMail(f)
	c.checkObservability(f)
	c.checkRelease(f)
	c.Limits.check(at(FileLimits))
	c.checkConsulates(at(FileConsulates))
	c.checkServices(at(FileServices))
	if len(list) == 0 { // templates are tried on posts and groups without faults
		c.checkSchedule(at(FileSchedule))
	}
	return list
}

func (c *Config) checkServer(f faults) {
	checkAddr(f, "/server/addr", c.Server.Addr)
	checkAddr(f, "/demo/addr", c.Demo.Addr)
	if c.Server.PublicURL != "" {
		u, err := url.Parse(c.Server.PublicURL)
		ok := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
			u.Path == "" && u.RawQuery == "" && u.Fragment == ""
		f.want(ok, "/server/publicURL", CodeMalformed, "want an origin, like https://chesna.example, without a path")
	}
	f.want(c.Demo.DataDir != "", "/demo/dataDir", CodeRequired, "want a folder")
}

// checkAddr wants host:port, the host may be empty.
func checkAddr(f faults, at, addr string) {
	_, port, ok := strings.Cut(addr[strings.LastIndexByte(addr, ']')+1:], ":")
	digits := strings.Trim(port, "0123456789") == ""
	f.want(ok && port != "" && digits && len(port) <= 5, at, CodeMalformed, "want host:port, like 127.0.0.1:8080 or :8080")
}

// timeBound is the allowed span of a duration.
type timeBound struct {
	at       string
	value    Duration
	min, max time.Duration
}

func (c *Config) checkTimes(f faults) {
	const ms, s, m, h, day = time.Millisecond, time.Second, time.Minute, time.Hour, 24 * time.Hour
	for _, b := range []timeBound{
		{"/server/readHeaderTimeout", c.Server.ReadHeaderTimeout, s, m},
		{"/server/readTimeout", c.Server.ReadTimeout, s, 5 * m},
		{"/server/writeTimeout", c.Server.WriteTimeout, s, 5 * m},
		{"/server/idleTimeout", c.Server.IdleTimeout, s, h},
		{"/server/shutdownTimeout", c.Server.ShutdownTimeout, s, 5 * m},
		{"/hold/ttl", c.Hold.TTL, s, h},
		{"/hold/extension", c.Hold.Extension, 0, h},
		{"/hold/claimTTL", c.Hold.ClaimTTL, s, m},
		{"/hold/sweepEvery", c.Hold.SweepEvery, 100 * ms, m},
		{"/reopen/within", c.Reopen.Within, s, 7 * day},
		{"/booking/lapseAfter", c.Booking.LapseAfter, h, 30 * day},
		{"/booking/countryChangeEvery", c.Booking.CountryChangeEvery, 0, 366 * day},
		{"/booking/idempotencyTTL", c.Booking.IdempotencyTTL, h, 30 * day},
		{"/booking/horizon", c.Booking.Horizon, day, 366 * day},
		{"/booking/lead", c.Booking.Lead, 0, 7 * day},
		{"/session/accessTTL", c.Session.AccessTTL, m, h},
		{"/session/refreshTTL", c.Session.RefreshTTL, m, 7 * day},
		{"/session/idleTTL", c.Session.IdleTTL, m, 7 * day},
		{"/session/challengeTTL", c.Session.ChallengeTTL, 10 * s, 30 * m},
		{"/session/mailCodeTTL", c.Session.MailCodeTTL, m, 2 * day},
		{"/identity/crlReload", c.Identity.CRLReload, s, day},
		{"/redis/dialTimeout", c.Redis.DialTimeout, 100 * ms, m},
		{"/redis/readTimeout", c.Redis.ReadTimeout, 100 * ms, m},
		{"/redis/writeTimeout", c.Redis.WriteTimeout, 100 * ms, m},
		{"/redis/clusterReload", c.Redis.ClusterReload, 100 * ms, m},
		{"/redis/maxSkew", c.Redis.MaxSkew, 100 * ms, 10 * s},
		{"/database/connectTimeout", c.Database.ConnectTimeout, 100 * ms, m},
		{"/database/statementTimeout", c.Database.StatementTimeout, 100 * ms, 5 * m},
		{"/jobs/timeout", c.Jobs.Timeout, s, h},
		{"/jobs/rescueAfter", c.Jobs.RescueAfter, s, day},
		{"/smtp/timeout", c.SMTP.Timeout, s, 5 * m},
		{"/batching/holdLinger", c.Batching.HoldLinger, 0, 2 * ms},
		{"/batching/gateTTL", c.Batching.GateTTL, 0, 5 * s},
		{"/demo/reopenWithin", c.Demo.ReopenWithin, s, day},
		{"/demo/sweepEvery", c.Demo.SweepEvery, 100 * ms, m},
		{"/demo/beaconPeriod", c.Demo.BeaconPeriod, s, m},
		{"/demo/redisTick", c.Demo.RedisTick, 250 * ms, 10 * s},
	} {
		f.want(b.value.D() >= b.min && b.value.D() <= b.max, b.at, CodeOutOfRange,
			"want "+b.min.String()+" to "+b.max.String())
	}
	f.want(c.Session.AccessTTL <= c.Session.IdleTTL, "/session/accessTTL", CodeConflict, "want at most idleTTL")
	f.want(c.Session.IdleTTL <= c.Session.RefreshTTL, "/session/idleTTL", CodeConflict, "want at most refreshTTL")
	f.want(c.Jobs.Timeout < c.Jobs.RescueAfter, "/jobs/timeout", CodeConflict, "want less than rescueAfter")
}

func (c *Config) checkSizes(f faults) {
	for _, b := range []struct {
		at              string
		value, min, max int
	}{
		{"/server/maxBodyBytes", c.Server.MaxBodyBytes, 16 << 10, 1 << 20},
		{"/hold/maxPerDay", c.Hold.MaxPerDay, 1, 100},
		{"/booking/gridMinutes", c.Booking.GridMinutes, 1, 60},
		{"/redis/poolSize", c.Redis.PoolSize, 1, 10_000},
		{"/database/poolSize", c.Database.PoolSize, 2, 1_000},
		{"/jobs/workers", c.Jobs.Workers, 1, 1_000},
		{"/smtp/port", c.SMTP.Port, 1, 65_535},
		{"/batching/holdMax", c.Batching.HoldMax, 1, 32},
		{"/batching/confirmMax", c.Batching.ConfirmMax, 1, 256},
		{"/demo/weeks", c.Demo.Weeks, 1, 26},
	} {
		f.want(b.value >= b.min && b.value <= b.max, b.at, CodeOutOfRange, between(b.min, b.max))
	}
}

func (c *Config) checkRedis(f faults) {
	switch c.Redis.Mode {
	case RedisSingle:
	case RedisSentinel:
		f.want(len(c.Redis.Addrs) > 0, "/redis/addrs", CodeRequired, "want the addresses of the sentinels")
		f.want(c.Redis.SentinelMaster != "", "/redis/sentinelMaster", CodeRequired, "want the name of the master")
	case RedisCluster:
		f.want(len(c.Redis.Addrs) > 0, "/redis/addrs", CodeRequired, "want the addresses of some nodes")
	default:
		f.add("/redis/mode", CodeUnknown, "want single, sentinel or cluster")
	}
	for i, a := range c.Redis.Addrs {
		checkAddr(f, ptr("redis", "addrs", i), a)
	}
}

func (c *Config) checkMail(f faults) {
	tls := []string{"none", "starttls", "tls"}
	f.want(slices.Contains(tls, c.SMTP.TLS), "/smtp/tls", CodeUnknown, "want none, starttls or tls")
	a, err := mail.ParseAddress(c.SMTP.From)
	f.want(err == nil && a.Address == c.SMTP.From, "/smtp/from", CodeMalformed, "want a bare e-mail address")
	f.want(c.SMTP.Username == "" || c.SMTP.TLS != "none", "/smtp/tls", CodeConflict, "a password must not travel without TLS")
}

func (c *Config) checkObservability(f faults) {
	f.want(slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level),
		"/log/level", CodeUnknown, "want debug, info, warn or error")
	f.want(slices.Contains([]string{"json", "text"}, c.Log.Format), "/log/format", CodeUnknown, "want json or text")
	f.want(slices.Contains([]string{RevocationChain, RevocationSigner}, c.Identity.Revocation),
		"/identity/revocation", CodeUnknown, "want chain or signer")
	for i, e := range c.Identity.Institutions {
		f.want(edrpou.MatchString(e), ptr("identity", "institutions", i), CodeMalformed, "want an EDRPOU of eight digits")
	}
}

var edrpou = regexp.MustCompile(`^[0-9]{8}$`)

// RequireServe reports, as Errors, what `chesna serve` needs from the
// environment and the files and does not have. The demo makes these itself.
func (c *Config) RequireServe() error {
	var list Errors
	f := faults{file: envFile, list: &list}
	f.want(c.Database.URL.IsSet(), "CHESNA_DATABASE_URL", CodeRequired, "want the address of PostgreSQL")
	f.want(c.Redis.URL.IsSet() || len(c.Redis.Addrs) > 0, "CHESNA_REDIS_URL", CodeRequired, "want the address of Redis")
	f.want(c.Keys.Master.IsSet(), envName("keys", "master"), CodeRequired, "want a key, like 1:BASE64 of 32 bytes")
	f = faults{file: FileChesna, list: &list}
	f.want(c.Server.PublicURL != "", "/server/publicURL", CodeRequired, "want the public origin")
	f.want(c.Identity.RootsFile != "", "/identity/rootsFile", CodeRequired, "want the trusted roots")
	f.want(c.SMTP.Host != "", "/smtp/host", CodeRequired, "want a mail server")
	f.want(len(c.Identity.Institutions) > 0, "/identity/institutions", CodeRequired, "want the institutions of the staff")
	if len(list) == 0 {
		return nil
	}
	return list.sorted()
}
