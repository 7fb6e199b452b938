package audit_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

func TestFolderAndZipAreTheSame(t *testing.T) {
	w := world(t, audittest.Options{})
	b := finish(t, plain(t, w))
	dir := filepath.Join(t.TempDir(), b.Name)
	must(t, audittest.Write(dir, b))
	must(t, os.WriteFile(filepath.Join(dir, ".DS_Store"), []byte("x"), 0o600))
	fromDir, err := audit.Open(dir)
	must(t, err)
	packed, err := audittest.Zip(b)
	must(t, err)
	file := dir + ".zip"
	must(t, os.WriteFile(file, packed, 0o600))
	fromZip, err := audit.Open(file)
	must(t, err)
	fromZip.Name = fromDir.Name
	if d := cmp.Diff(fromDir, fromZip); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(b, fromDir); d != "" {
		t.Error(d)
	}
}

// entry of a zip.
type entry struct {
	header  zip.FileHeader
	content []byte
}

func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		w, err := z.CreateHeader(&e.header)
		must(t, err)
		_, err = w.Write(e.content)
		must(t, err)
	}
	must(t, z.Close())
	return out.Bytes()
}

func TestHostileZips(t *testing.T) {
	named := func(name string, content []byte) entry {
		return entry{zip.FileHeader{Name: name, Method: zip.Deflate}, content}
	}
	many := make([]entry, 4097)
	for i := range many {
		many[i] = named(fmt.Sprintf("leaves/%d.json", i), nil)
	}
	link := named("manifest", []byte("/etc/passwd"))
	link.header.SetMode(os.ModeSymlink | 0o777)
	for class, c := range map[string]struct {
		zip  []byte
		says string
	}{
		"out of the folder":  {pack(t, named("../manifest", nil)), "no file of a bundle"},
		"absolute":           {pack(t, named("/manifest", nil)), "no file of a bundle"},
		"backslash":          {pack(t, named(`leaves\1.json`, nil)), "no file of a bundle"},
		"receipt upwards":    {pack(t, named("receipts/..", nil)), "no file of a bundle"},
		"unknown":            {pack(t, named("readme", nil)), "no file of a bundle"},
		"number with zero":   {pack(t, named("leaves/01.json", nil)), "no file of a bundle"},
		"number too large":   {pack(t, named("leaves/9999999999999999999.json", nil)), "no file of a bundle"},
		"twice":              {pack(t, named("manifest", nil), named("manifest", nil)), "two files"},
		"case":               {pack(t, named("Manifest", nil)), "no file of a bundle"},
		"a link":             {pack(t, link), "no file of a bundle"},
		"too many":           {pack(t, many...), "more than 4096"},
		"a bomb":             {pack(t, named("entries", make([]byte, 20<<20))), "too tightly"},
		"a large leaf":       {pack(t, named("leaves/1.json", make([]byte, 2<<20))), "too large"},
		"a proof of nothing": {pack(t, named("leaves/1.proof", nil)), "missing"},
		"not a zip":          {[]byte("PK\x03\x04 not a zip"), "not a zip"},
		"empty":              {nil, "not a zip"},
	} {
		t.Run(class, func(t *testing.T) {
			_, err := audit.ReadZip("x.zip", bytes.NewReader(c.zip), int64(len(c.zip)))
			if !audit.IsForm(err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestLyingZip: sizes in the directory that are not those of the content.
func TestLyingZip(t *testing.T) {
	z := pack(t, entry{zip.FileHeader{Name: "manifest", Method: zip.Deflate}, make([]byte, 5000)})
	i := bytes.LastIndex(z, []byte("PK\x01\x02")) + 24 // uncompressed size in the central directory
	z[i], z[i+1] = 1, 0
	if _, err := audit.ReadZip("x.zip", bytes.NewReader(z), int64(len(z))); !audit.IsForm(err) {
		t.Errorf("%v", err)
	}
}

func TestFoldersWithLinksAndStrangers(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(outside, []byte("secret"), 0o600))
	for class, spoil := range map[string]func(dir string) error{
		"a link to a file":   func(dir string) error { return os.Symlink(outside, filepath.Join(dir, "manifest")) },
		"a link to a folder": func(dir string) error { return os.Symlink(filepath.Dir(outside), filepath.Join(dir, "leaves")) },
		"a folder too many":  func(dir string) error { return os.Mkdir(filepath.Join(dir, "more"), 0o750) },
		"a folder as a file": func(dir string) error { return os.Mkdir(filepath.Join(dir, "entries"), 0o750) },
	} {
		t.Run(class, func(t *testing.T) {
			dir := t.TempDir()
			must(t, spoil(dir))
			var form *audit.FormError
			if _, err := audit.Open(dir); !errors.As(err, &form) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := audit.Open(filepath.Join(outside, "absent")); !audit.IsForm(err) {
		t.Errorf("%v", err)
	}
}
