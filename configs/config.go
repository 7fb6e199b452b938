package configs

import "time"

// Config is everything that Load read: the sections of chesna.yaml, and the
// other files under their own names.
type Config struct {
	Server   Server   `yaml:"server"`
	Hold     Hold     `yaml:"hold"`
	Reopen   Reopen   `yaml:"reopen"`
	Booking  Booking  `yaml:"booking"`
	Session  Session  `yaml:"session"`
	Identity Identity `yaml:"identity"`
	Keys     Keys     `yaml:"keys"`
	Redis    Redis    `yaml:"redis"`
	Database Database `yaml:"database"`
	Jobs     Jobs     `yaml:"jobs"`
	SMTP     SMTP     `yaml:"smtp"`
	Batching Batching `yaml:"batching"`
	Log      Log      `yaml:"log"`

	Release   Release   `yaml:"release"`
	Opening   Opening   `yaml:"opening"`
	Journal   Journal   `yaml:"journal"`
	Beacon    Beacon    `yaml:"beacon"`
	Authority Authority `yaml:"authority"`

	Demo Demo `yaml:"demo"`

	Limits     Limits      `yaml:"-"` // limits.yaml
	Consulates []Consulate `yaml:"-"` // consulates.yaml
	Holidays   Holidays    `yaml:"-"` // consulates.yaml
	Groups     []Group     `yaml:"-"` // services.yaml
	Reasons    []Reason    `yaml:"-"` // services.yaml
	Services   []Service   `yaml:"-"` // services.yaml
	Schedule   Schedule    `yaml:"-"` // schedule.yaml
}

// Server is the listener and what is in front of it.
type Server struct {
	Addr              string   `yaml:"addr"`
	PublicURL         string   `yaml:"publicURL"`
	TrustedProxies    []Prefix `yaml:"trustedProxies"`
	ReadHeaderTimeout Duration `yaml:"readHeaderTimeout"`
	ReadTimeout       Duration `yaml:"readTimeout"`
	WriteTimeout      Duration `yaml:"writeTimeout"`
	IdleTimeout       Duration `yaml:"idleTimeout"`
	ShutdownTimeout   Duration `yaml:"shutdownTimeout"`
	MaxBodyBytes      int      `yaml:"maxBodyBytes"`
}

// Hold is the short reservation between choosing and signing.
type Hold struct {
	TTL        Duration `yaml:"ttl"`
	Extension  Duration `yaml:"extension"`
	MaxPerDay  int      `yaml:"maxPerDay"`
	ClaimTTL   Duration `yaml:"claimTTL"`
	SweepEvery Duration `yaml:"sweepEvery"`
}

// Reopen says when a returned seat can be had again.
type Reopen struct {
	Within Duration `yaml:"within"`
}

// Booking is rules that outlast a hold.
type Booking struct {
	GridMinutes        int      `yaml:"gridMinutes"`
	LapseAfter         Duration `yaml:"lapseAfter"`
	CountryChangeEvery Duration `yaml:"countryChangeEvery"`
	IdempotencyTTL     Duration `yaml:"idempotencyTTL"`
	Horizon            Duration `yaml:"horizon"`
	Lead               Duration `yaml:"lead"`
	NeedCountry        bool     `yaml:"needCountry"`
	NeedEmail          bool     `yaml:"needEmail"`
}

// Session is sign-in and what follows it.
type Session struct {
	AccessTTL    Duration `yaml:"accessTTL"`
	RefreshTTL   Duration `yaml:"refreshTTL"`
	IdleTTL      Duration `yaml:"idleTTL"`
	ChallengeTTL Duration `yaml:"challengeTTL"`
	MailCodeTTL  Duration `yaml:"mailCodeTTL"`
}

// Identity is the trust in certificates and the checks of identifiers.
type Identity struct {
	RootsFile         string   `yaml:"rootsFile"`
	IntermediatesFile string   `yaml:"intermediatesFile"`
	CRLFiles          []string `yaml:"crlFiles"`
	CRLReload         Duration `yaml:"crlReload"`
	Revocation        string   `yaml:"revocation"` // RevocationChain or RevocationSigner
	Institutions      []string `yaml:"institutions"`
	CheckDigits       bool     `yaml:"checkDigits"`
}

// Values of Identity.Revocation.
const (
	RevocationChain  = "chain"
	RevocationSigner = "signer"
)

// Keys are the symmetric keys, from the environment only.
type Keys struct {
	// Master is one or more versions of a master key, "2:BASE64,1:BASE64", 32 bytes each; every other key is
	// derived from it (identity/keyring).
	Master Secret `yaml:"master"`
}

// Redis is the store of inventory, holds and sessions.
type Redis struct {
	Mode             string   `yaml:"mode"` // RedisSingle, RedisSentinel, RedisCluster
	URL              Secret   `yaml:"url"`
	Addrs            []string `yaml:"addrs"`
	SentinelMaster   string   `yaml:"sentinelMaster"`
	SentinelPassword Secret   `yaml:"sentinelPassword"`
	PoolSize         int      `yaml:"poolSize"`
	DialTimeout      Duration `yaml:"dialTimeout"`
	ReadTimeout      Duration `yaml:"readTimeout"`
	WriteTimeout     Duration `yaml:"writeTimeout"`
	ClusterReload    Duration `yaml:"clusterReload"`
	MaxSkew          Duration `yaml:"maxSkew"`
}

// Values of Redis.Mode.
const (
	RedisSingle   = "single"
	RedisSentinel = "sentinel"
	RedisCluster  = "cluster"
)

// Database is PostgreSQL, the ledger.
type Database struct {
	URL              Secret   `yaml:"url"`
	PoolSize         int      `yaml:"poolSize"`
	ConnectTimeout   Duration `yaml:"connectTimeout"`
	StatementTimeout Duration `yaml:"statementTimeout"`
}

// Jobs are the workers that run in the background.
type Jobs struct {
	Workers     int      `yaml:"workers"`
	Timeout     Duration `yaml:"timeout"`
	RescueAfter Duration `yaml:"rescueAfter"`
}

// SMTP is the way out for mail.
type SMTP struct {
	Host     string   `yaml:"host"`
	Port     int      `yaml:"port"`
	TLS      string   `yaml:"tls"` // none, starttls, tls
	Username string   `yaml:"username"`
	Password Secret   `yaml:"password"`
	From     string   `yaml:"from"`
	FromName string   `yaml:"fromName"`
	Timeout  Duration `yaml:"timeout"`
}

// Batching says how work is gathered into one call.
type Batching struct {
	HoldMax    int      `yaml:"holdMax"`
	HoldLinger Duration `yaml:"holdLinger"`
	ConfirmMax int      `yaml:"confirmMax"`
	GateTTL    Duration `yaml:"gateTTL"`
}

// Log is the log on standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // json, text
}

// Demo is what `chesna demo` changes. See ForDemo.
type Demo struct {
	Addr         string   `yaml:"addr"`
	DataDir      string   `yaml:"dataDir"`
	ReopenWithin Duration `yaml:"reopenWithin"`
	SweepEvery   Duration `yaml:"sweepEvery"`
	Weeks        int      `yaml:"weeks"`
	CheckDigits  bool     `yaml:"checkDigits"`
	NeedCountry  bool     `yaml:"needCountry"`
	NeedEmail    bool     `yaml:"needEmail"`
	RedisTick    Duration `yaml:"redisTick"`
	// BeaconPeriod is the period of the demo's own beacon.
	BeaconPeriod Duration `yaml:"beaconPeriod"`
	Release      Release  `yaml:"release"`
	Opening      Opening  `yaml:"opening"`
}

// ForDemo is a copy with the shorter times and the address of the demo section.
func (c *Config) ForDemo() *Config {
	out := *c
	out.Server.Addr = c.Demo.Addr
	out.Server.PublicURL = ""
	out.Reopen.Within = c.Demo.ReopenWithin
	out.Hold.SweepEvery = c.Demo.SweepEvery
	out.Identity.CheckDigits = c.Demo.CheckDigits
	out.Release, out.Opening = c.Demo.Release, c.Demo.Opening
	out.Booking.NeedCountry, out.Booking.NeedEmail = c.Demo.NeedCountry, c.Demo.NeedEmail
	return &out
}

// MaxHoldSpan is the longest that a hold can last: its time and one extension.
func (h Hold) MaxHoldSpan() time.Duration { return h.TTL.D() + h.Extension.D() }
