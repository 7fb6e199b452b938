package configs

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// envFile names the environment in a FieldError.
const envFile = "environment"

// maxSecret is the longest secret, in bytes.
const maxSecret = 64 << 10

// envName is the variable of a key: CHESNA_DATABASE_URL for database.url.
func envName(section, key string) string {
	var b strings.Builder
	b.WriteString("CHESNA_" + strings.ToUpper(section) + "_")
	runes := []rune(key)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(runes[i-1]) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// plainNames are variables without the prefix that platforms usually set; they
// count only when the one with the prefix is not set.
func plainNames(name string) []string {
	switch name {
	case "CHESNA_DATABASE_URL":
		return []string{name, "DATABASE_URL"}
	case "CHESNA_REDIS_URL":
		return []string{name, "REDIS_URL"}
	default:
		return []string{name}
	}
}

// readSecrets fills every Secret of the sections from the environment.
func (l loader) readSecrets(c *Config, list *Errors) {
	f := faults{file: envFile, list: list}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		section := v.Type().Field(i).Tag.Get("yaml")
		if section == "-" {
			continue
		}
		for j := range v.Field(i).NumField() {
			dst, ok := v.Field(i).Field(j).Addr().Interface().(*Secret)
			if !ok {
				continue
			}
			key := v.Field(i).Type().Field(j).Tag.Get("yaml")
			for _, name := range plainNames(envName(section, key)) {
				if s := l.secret(name, f); s != "" {
					*dst = Secret{value: s}
					break
				}
			}
		}
	}
}

// secret is the value of the variable, or of the file that NAME_FILE names.
func (l loader) secret(name string, f faults) string {
	value, path := l.env(name), l.env(name+"_FILE")
	switch {
	case value != "" && path != "":
		f.add(name, CodeConflict, "set either the variable or the one with _FILE, not both")
		return ""
	case path == "":
		return value
	}
	b, err := l.readFile(path, maxSecret)
	if err != nil {
		f.add(name+"_FILE", CodeUnreadable, fmt.Sprintf("the file cannot be read, or holds more than %d bytes", maxSecret))
		return ""
	}
	s := strings.TrimRight(string(b), "\r\n")
	if s == "" {
		f.add(name+"_FILE", CodeRequired, "the file is empty")
	}
	return s
}
