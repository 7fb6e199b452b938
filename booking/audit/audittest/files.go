package audittest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"chesna/booking/audit"
)

// Zip packs a bundle.
func Zip(b *audit.Bundle) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range b.Files() {
		w, err := z.Create(f.Name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Bytes); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// Write puts a bundle's files into a folder.
func Write(dir string, b *audit.Bundle) error {
	for _, f := range b.Files() {
		if err := write(filepath.Join(dir, f.Name), f.Bytes); err != nil {
			return err
		}
	}
	return nil
}

// WriteLog puts the log of draws into a folder, as its tiles of entries and its checkpoint.
func (w *World) WriteLog(dir string) error {
	for first := 0; first < len(w.Leaves); first += 256 {
		var tile bytes.Buffer
		n := min(256, len(w.Leaves)-first)
		for _, l := range w.Leaves[first : first+n] {
			tile.Write([]byte{byte(len(l) >> 8), byte(len(l))})
			tile.Write(l)
		}
		name := filepath.Join("tile", "entries", fmt.Sprintf("%03d", first/256))
		if n < 256 {
			name = filepath.Join(name+".p", fmt.Sprint(n))
		}
		if err := write(filepath.Join(dir, name), tile.Bytes()); err != nil {
			return err
		}
	}
	return write(filepath.Join(dir, "checkpoint"), w.Checked)
}

func write(file string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}
