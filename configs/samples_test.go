package configs

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func sortedSet(list []string) []string {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return slices.Sorted(maps.Keys(m))
}

// Every key of chesna.yaml stands in the sample with a comment above it; every
// secret is named there with its variable.
func TestEverySettingIsDocumented(t *testing.T) {
	raw, err := Sample(FileChesna)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	keys := documentedKeys(doc.Content[0], "")
	for section, st := range fieldsOf(reflect.TypeFor[Config]()) {
		if !keys[section] {
			t.Errorf("section %s is not in the sample, or has no comment", section)
		}
		for key, kt := range fieldsOf(st) {
			if kt == reflect.TypeFor[Secret]() {
				if want := "# " + key + ": " + envName(section, key); !strings.Contains(string(raw), want) {
					t.Errorf("secret %s.%s: want a line %q", section, key, want)
				}
				continue
			}
			if !keys[section+"."+key] {
				t.Errorf("key %s.%s is not in the sample, or has no comment", section, key)
			}
		}
	}
}

// documentedKeys are the keys that a comment stands above, joined with dots.
func documentedKeys(n *yaml.Node, prefix string) map[string]bool {
	out := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		out[prefix+k.Value] = k.HeadComment != ""
		if v.Kind == yaml.MappingNode {
			maps.Copy(out, documentedKeys(v, prefix+k.Value+"."))
		}
	}
	return out
}

// The limits have a comment each; the keys of a limit are explained at the first.
func TestEveryLimitIsDocumented(t *testing.T) {
	raw, err := Sample(FileLimits)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	keys := documentedKeys(doc.Content[0], "")
	want := []string{"edge", "person"}
	for _, c := range EdgeClasses() {
		want = append(want, "edge."+c)
	}
	for _, a := range PersonActions() {
		want = append(want, "person."+a)
	}
	for key := range fieldsOf(reflect.TypeFor[EdgeLimit]()) {
		want = append(want, "edge."+EdgePages+"."+key)
	}
	for key := range fieldsOf(reflect.TypeFor[PersonLimit]()) {
		want = append(want, "person."+ActionSignIn+"."+key)
	}
	for _, k := range want {
		if !keys[k] {
			t.Errorf("%s is not in the sample, or has no comment", k)
		}
	}
}

// The lists explain their keys once, in the comment at the head of the file.
func TestEveryListKeyIsDocumented(t *testing.T) {
	for file, root := range map[string]reflect.Type{
		FileConsulates: reflect.TypeFor[consulatesFile](),
		FileServices:   reflect.TypeFor[servicesFile](),
		FileSchedule:   reflect.TypeFor[Schedule](),
	} {
		raw, err := Sample(file)
		if err != nil {
			t.Fatal(err)
		}
		var head strings.Builder
		for line := range strings.Lines(string(raw)) {
			if !strings.HasPrefix(line, "#") {
				break
			}
			head.WriteString(line)
		}
		words := strings.FieldsFunc(head.String(), func(r rune) bool { return strings.ContainsRune(" ,#()\n:;", r) })
		for _, key := range allKeys(root, map[reflect.Type]bool{}) {
			if !slices.Contains(words, key) {
				t.Errorf("%s: key %s is not explained at its head", file, key)
			}
		}
	}
}

// allKeys are the YAML keys of a type and of everything in it.
func allKeys(t reflect.Type, seen map[reflect.Type]bool) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || isScalar(t) || seen[t] {
		return nil
	}
	seen[t] = true
	var out []string
	for key, kt := range fieldsOf(t) {
		out = append(append(out, key), allKeys(kt, seen)...)
	}
	return out
}
