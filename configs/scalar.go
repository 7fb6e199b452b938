package configs

import (
	"errors"
	"log/slog"
	"net/netip"
	"time"
)

// Duration is a time.Duration written like "10m" or "1h30m".
type Duration time.Duration

// D is the duration for the standard library.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String is the form that UnmarshalText reads.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a duration with its unit; a bare number is refused.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return errors.New("want a duration with its unit, like 10m or 2h30m")
	}
	*d = Duration(v)
	return nil
}

// Prefix is a network in CIDR form, such as 10.0.0.0/8.
type Prefix struct{ netip.Prefix }

// UnmarshalText reads CIDR form; bits beyond the prefix must be zero.
func (p *Prefix) UnmarshalText(b []byte) error {
	v, err := netip.ParsePrefix(string(b))
	if err != nil || v.Masked() != v {
		return errors.New("want a network in CIDR form, like 10.0.0.0/8")
	}
	p.Prefix = v
	return nil
}

// Secret is a value that must not be printed. Its zero value means "not set".
type Secret struct{ value string }

// NewSecret wraps a value, for tests and for the demo, which makes its own.
func NewSecret(v string) Secret { return Secret{value: v} }

// Reveal is the value itself. Hand it to what needs it and to nothing else.
func (s Secret) Reveal() string { return s.value }

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.value != "" }

const hidden = "[secret]"

// String hides the value.
func (s Secret) String() string { return hidden }

// GoString hides the value from %#v.
func (s Secret) GoString() string { return hidden }

// MarshalText hides the value from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// Text is public text in both languages, Ukrainian first.
type Text struct {
	UK string `yaml:"uk" json:"uk"`
	EN string `yaml:"en" json:"en"`
}

// In is the text in the language: English for "en", else Ukrainian.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.UK
}
