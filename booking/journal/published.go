package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// PublishedFile is a Published in a file, which should lie on another disk, and in another backup, than the database. One
// process writes it; each process of a log has a file of its own.
type PublishedFile struct {
	mu   sync.Mutex
	path string
}

// NewPublishedFile uses the file; its folder must exist.
func NewPublishedFile(path string) *PublishedFile { return &PublishedFile{path: path} }

// Load reads the file; nil when there is none.
func (p *PublishedFile) Load() ([]byte, error) {
	b, err := os.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// Save replaces the file in one step that survives a power cut.
func (p *PublishedFile) Save(checkpoint []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return ReplaceFile(p.path, checkpoint, 0o644)
}

// ReplaceFile writes a file of that content in one step: who reads it finds the old content or the new, whole, even after
// a power cut. The folder must exist.
func ReplaceFile(path string, content []byte, mode fs.FileMode) error {
	if err := writeFile(path, content, mode, true); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// WriteFile is ReplaceFile without the promise about power cuts, after which the file may be empty.
func WriteFile(path string, content []byte, mode fs.FileMode) error {
	return writeFile(path, content, mode, false)
}

func writeFile(path string, content []byte, mode fs.FileMode, durable bool) (err error) {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+"-")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err = f.Chmod(mode); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if durable {
		if err = f.Sync(); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	if err = f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("open a folder: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("make a folder durable: %w", err)
	}
	return nil
}
