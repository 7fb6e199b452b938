package configs

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	_ "time/tzdata" // posts keep local time also where the system has no zone files
)

//go:embed chesna.yaml limits.yaml consulates.yaml services.yaml schedule.yaml
var defaults embed.FS

// Names of the files.
const (
	FileChesna     = "chesna.yaml"
	FileLimits     = "limits.yaml"
	FileConsulates = "consulates.yaml"
	FileServices   = "services.yaml"
	FileSchedule   = "schedule.yaml"
)

// Files are the names of all files.
func Files() []string {
	return []string{FileChesna, FileLimits, FileConsulates, FileServices, FileSchedule}
}

// Sample is the compiled-in file of this name: the default, and the place where
// each key is explained.
func Sample(name string) ([]byte, error) {
	b, err := defaults.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read sample: %w", err)
	}
	return b, nil
}

// Options say where Load reads.
type Options struct {
	// Dir holds files that override the compiled-in ones; empty for none. A
	// folder that does not exist, or a .yaml file in it of another name, is a
	// fault: a misspelt name must not be passed over in silence.
	Dir string
	// Getenv is usually os.Getenv; nil means an empty environment.
	Getenv func(string) string
}

// Load reads, overrides and validates everything. The error is Errors with every
// fault. Loading takes some tens of milliseconds; do it once.
func Load(o Options) (*Config, error) {
	l := loader{dir: o.Dir, env: o.Getenv}
	if l.env == nil {
		l.env = func(string) string { return "" }
	}
	var list Errors
	l.checkDir(&list)
	c := &Config{}
	var posts consulatesFile
	var services servicesFile
	lines := map[string]lineIndex{
		FileChesna:     l.overlay(FileChesna, c, &list),
		FileLimits:     l.overlay(FileLimits, &c.Limits, &list),
		FileConsulates: l.replace(FileConsulates, &posts, &list),
		FileServices:   l.replace(FileServices, &services, &list),
		FileSchedule:   l.replace(FileSchedule, &c.Schedule, &list),
	}
	if posts.Consulates != nil && !l.overrides(FileSchedule) {
		// Our own templates name our own posts; another catalogue need not have them.
		maps.DeleteFunc(c.Schedule.Posts, func(id, _ string) bool {
			return !slices.ContainsFunc(posts.Consulates, func(p Consulate) bool { return p.ID == id })
		})
	}
	c.Consulates, c.Holidays = posts.Consulates, posts.Holidays
	c.Groups, c.Reasons, c.Services = services.Groups, services.Reasons, services.Services
	l.readSecrets(c, &list)
	if len(list) == 0 {
		list = c.check(lines)
	}
	if len(list) > 0 {
		return nil, list.sorted()
	}
	return c, nil
}

type consulatesFile struct {
	Holidays   Holidays    `yaml:"holidays"`
	Consulates []Consulate `yaml:"consulates"`
}

type servicesFile struct {
	Groups   []Group   `yaml:"groups"`
	Reasons  []Reason  `yaml:"reasons"`
	Services []Service `yaml:"services"`
}

type loader struct {
	dir string
	env func(string) string
}

// overlay reads the default, then the keys of the override over it.
func (l loader) overlay(name string, dst any, list *Errors) lineIndex {
	base, err := Sample(name)
	if err != nil {
		*list = append(*list, FieldError{File: name, Code: CodeUnreadable, Detail: "no compiled-in default"})
		return nil
	}
	lines := decodeStrict(name, base, dst, list)
	if over, ok := l.override(name, list); ok {
		lines = decodeStrict(name, over, dst, list)
	}
	return lines
}

// replace reads the override, or the default when there is none.
func (l loader) replace(name string, dst any, list *Errors) lineIndex {
	if over, ok := l.override(name, list); ok {
		return decodeStrict(name, over, dst, list)
	}
	base, err := Sample(name)
	if err != nil {
		*list = append(*list, FieldError{File: name, Code: CodeUnreadable, Detail: "no compiled-in default"})
		return nil
	}
	return decodeStrict(name, base, dst, list)
}

// override is the file of the folder, and whether there is one to read.
func (l loader) override(name string, list *Errors) ([]byte, bool) {
	if l.dir == "" {
		return nil, false
	}
	b, err := l.readFile(filepath.Join(l.dir, name), MaxFileSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false
	case errors.Is(err, errTooLarge):
		*list = append(*list, FieldError{File: name, Code: CodeTooLarge, Detail: fmt.Sprintf("more than %d bytes", MaxFileSize)})
		return nil, false
	case err != nil:
		*list = append(*list, FieldError{File: name, Code: CodeUnreadable, Detail: "the file cannot be read"})
		return nil, false
	}
	return b, true
}

// overrides reports whether the folder has the file.
func (l loader) overrides(name string) bool {
	if l.dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(l.dir, name))
	return err == nil
}

// checkDir refuses a folder that is not there or has YAML of unknown names.
func (l loader) checkDir(list *Errors) {
	if l.dir == "" {
		return
	}
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		*list = append(*list, FieldError{File: "--config", Code: CodeUnreadable, Detail: "the folder cannot be read"})
		return
	}
	known := map[string]bool{}
	for _, n := range Files() {
		known[n] = true
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if (ext == ".yaml" || ext == ".yml") && !known[e.Name()] {
			*list = append(*list, FieldError{File: e.Name(), Code: CodeUnknown, Detail: "no configuration file has this name"})
		}
	}
}

var errTooLarge = errors.New("over the bound")

// readFile reads at most limit bytes, and never a device or a pipe.
func (l loader) readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look at file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("look at file: %w", fs.ErrInvalid)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, errTooLarge
	}
	return b, nil
}
