package authority_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"chesna/identity/authority"
)

// chance is a source that always says the same.
func chance(b byte) *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{b}, 64)) }

func open(t testing.TB, b byte) *authority.Authority {
	t.Helper()
	a, err := authority.OpenFile(filepath.Join(t.TempDir(), "keys", "authority.key"), chance(b))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func pseudonym(i int) string {
	return authority.Pseudonym(uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, i)))
}

func code(err error) authority.Code {
	var e *authority.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestPseudonym(t *testing.T) {
	id := uuid.MustParse("0F0E0D0C-0B0A-4908-8706-050403020100")
	sum := sha256.Sum256([]byte("chesna/pseudonym/v1\x000f0e0d0c-0b0a-4908-8706-050403020100"))
	if got := authority.Pseudonym(id); got != hex.EncodeToString(sum[:]) {
		t.Error(got)
	}
}

// The bytes are those of the specification, computed here by hand.
func TestNamesAreTheSpecified(t *testing.T) {
	a := open(t, 7)
	p := []string{pseudonym(1), pseudonym(2)}
	for label, name := range map[string]func(context.Context, string, []string) ([][32]byte, error){
		"chesna/nf/v1": a.Nullify, "chesna/person-nf/v1": a.NullifyPersons,
	} {
		got, err := name(t.Context(), "waw-passport-2026w50", p)
		if err != nil || len(got) != 2 {
			t.Fatal(err)
		}
		for i := range p {
			m := hmac.New(sha256.New, bytes.Repeat([]byte{7}, 32))
			m.Write([]byte(label + "\x00" + p[i] + "\x00waw-passport-2026w50"))
			if !hmac.Equal(m.Sum(nil), got[i][:]) {
				t.Errorf("%s: %x", label, got[i])
			}
		}
		other, err := name(t.Context(), "waw-passport-2026w51", p)
		if err != nil || other[0] == got[0] {
			t.Error("one name for two draws", err)
		}
	}
	one, _ := open(t, 8).Nullify(t.Context(), "a", p)
	two, _ := a.Nullify(t.Context(), "a", p)
	if one[0] == two[0] {
		t.Error("one name under two keys")
	}
}

func TestNamesRefuseWhatIsMalformed(t *testing.T) {
	a := open(t, 7)
	for _, draw := range []string{"", "-a", "A", "a_b", "a\x00b", strings.Repeat("a", 65)} {
		if _, err := a.Nullify(t.Context(), draw, []string{pseudonym(1)}); code(err) != authority.CodeMalformed {
			t.Errorf("draw %q: %v", draw, err)
		}
	}
	for _, p := range []string{"", pseudonym(1)[1:], strings.ToUpper(pseudonym(1)), pseudonym(1) + "0", "person"} {
		if _, err := a.NullifyPersons(t.Context(), "a", []string{p}); code(err) != authority.CodeMalformed || p != "" && strings.Contains(err.Error(), p) {
			t.Errorf("pseudonym %q: %v", p, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Nullify(ctx, "a", []string{pseudonym(1)}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestKeyFileStaysAndIsPrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "authority.key")
	var wg sync.WaitGroup
	vkeys := make([]string, 8)
	for i := range vkeys {
		wg.Go(func() { // first used by many at once
			a, err := authority.OpenFile(file, chance(byte(i)))
			if err != nil {
				t.Error(err)
				return
			}
			vkeys[i] = a.VerifierKey()
		})
	}
	wg.Wait()
	again, err := authority.OpenFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vkeys {
		if v != again.VerifierKey() || !strings.HasPrefix(v, "chesna-authority+") {
			t.Error("the keys changed")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) != 0 {
		t.Error("left behind:", left)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name string, mode os.FileMode, text string) {
		t.Helper()
		if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.Chmod(file, mode)); err != nil {
			t.Fatal(err)
		}
		_, err := authority.OpenFile(file, chance(1))
		if name == "" && err != nil || name != "" && code(err) != authority.CodeKeyFile {
			t.Errorf("%q: %v", name, err)
		}
	}
	try("", 0o400, string(raw))
	try("group may read", 0o640, string(raw))
	try("all may write", 0o602, string(raw))
	try("empty", 0o600, "")
	try("no keys", 0o600, "{}")
	try("one key", 0o600, `{"names":"`+strings.Repeat("00", 32)+`"}`)
	try("more", 0o600, strings.Replace(string(raw), "{", `{"x":1,`, 1))
	for name, path := range map[string]string{"a folder": t.TempDir(), "no chance": filepath.Join(t.TempDir(), "k")} {
		if _, err := authority.OpenFile(path, strings.NewReader("too little")); code(err) != authority.CodeKeyFile {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := authority.OpenFile(filepath.Join(t.TempDir(), "k"), nil); code(err) != authority.CodeKeyFile {
		t.Error(err)
	}
}

// Nothing that is printed or logged shows a key or whom a name belongs to.
func TestNothingIsPrinted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "authority.key")
	a, err := authority.OpenFile(file, chance(9))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile(file)
	var k struct{ Names, Signing string }
	if err := json.Unmarshal(raw, &k); err != nil {
		t.Fatal(err)
	}
	p := pseudonym(1)
	s := authority.Statement{
		DrawID: "a", Entries: []authority.Issued{{Pseudonym: p}}, Persons: []authority.IssuedPerson{{Pseudonym: p}},
	}
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{a, s, s.Entries[0], s.Persons[0]} {
		fmt.Fprintf(&out, "%v %+v %#v\n", v, v, v)
		log.Info("x", "value", v)
	}
	secret := strings.Repeat("9, ", 3)
	for _, bad := range []string{k.Names, k.Signing, p, strings.Repeat("0x9, ", 3), secret, strings.Repeat("9 ", 3)} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q is printed", bad)
		}
	}
}
