package locale

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed active.*.yaml
var files embed.FS

// Lang is a language of the pages: "uk" or "en".
type Lang string

// The languages, in the order in which they are offered.
const (
	Ukrainian Lang = "uk"
	English   Lang = "en"
)

// Languages lists the languages of the pages, the first one first.
func Languages() []Lang { return []Lang{Ukrainian, English} }

// Parse finds a language by its tag; false when the pages do not speak it.
func Parse(tag string) (Lang, bool) {
	if slices.Contains(Languages(), Lang(tag)) {
		return Lang(tag), true
	}
	return "", false
}

// Words are all messages. They are immutable and safe for concurrent use.
type Words struct {
	localizers map[Lang]*i18n.Localizer
	keys       map[Lang]map[string]bool
}

// Load reads the embedded messages.
func Load() (*Words, error) {
	bundle := i18n.NewBundle(language.Ukrainian)
	bundle.RegisterUnmarshalFunc("yaml", func(b []byte, v any) error { return yaml.Unmarshal(b, v) })
	w := &Words{localizers: map[Lang]*i18n.Localizer{}, keys: map[Lang]map[string]bool{}}
	for _, l := range Languages() {
		f, err := bundle.LoadMessageFileFS(files, "active."+string(l)+".yaml")
		if err != nil {
			return nil, fmt.Errorf("read the messages in %q: %w", l, err)
		}
		w.keys[l] = map[string]bool{}
		for _, m := range f.Messages {
			w.keys[l][m.ID] = true
		}
	}
	for _, l := range Languages() {
		w.localizers[l] = i18n.NewLocalizer(bundle, string(l))
	}
	return w, nil
}

// Keys lists the keys that a language has, in order.
func (w *Words) Keys(l Lang) []string { return slices.Sorted(maps.Keys(w.keys[l])) }

// Has tells whether the language has the key.
func (w *Words) Has(l Lang, key string) bool { return w.keys[l][key] }

// Text gives a message. Pairs are names and values that the message may use: Text(l, "k", "Name", "x") fills
// {{.Name}}. A missing key or a fault in the pairs is an error, so that no page shows a bare key.
func (w *Words) Text(l Lang, key string, pairs ...any) (string, error) {
	return w.text(l, key, nil, pairs)
}

// Count gives the plural form of a message for n, which it may use as {{.Count}}.
func (w *Words) Count(l Lang, key string, n int, pairs ...any) (string, error) {
	return w.text(l, key, &n, pairs)
}

func (w *Words) text(l Lang, key string, n *int, pairs []any) (string, error) {
	localizer := w.localizers[l]
	if localizer == nil || !w.keys[l][key] {
		return "", fmt.Errorf("no message %q in %q", key, l)
	}
	if len(pairs)%2 != 0 {
		return "", errors.New("message " + key + ": values come in pairs")
	}
	data := make(map[string]any, 1+len(pairs)/2)
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if n != nil {
		data["Count"] = *n
		config.PluralCount = *n
	}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return "", errors.New("message " + key + ": a value has no name")
		}
		data[name] = pairs[i+1]
	}
	s, err := localizer.Localize(config)
	if err != nil {
		return "", fmt.Errorf("message %q in %q: %w", key, l, err)
	}
	return s, nil
}
