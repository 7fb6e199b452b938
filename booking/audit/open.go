package audit

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Open reads a bundle: a folder or a .zip. It refuses, with a *FormError, names that a bundle does not have, repeated
// names, links that leave the folder, and anything beyond the limits, before it reads on. In a folder, names that
// begin with a dot are passed over: systems leave such files about.
func Open(path string) (*Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &FormError{path, "cannot be opened"}
	}
	if info.IsDir() {
		return openFolder(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &FormError{path, "cannot be opened"}
	}
	defer f.Close()
	b, err := ReadZip(filepath.Base(path), f, info.Size())
	return b, err
}

func openFolder(path string) (*Bundle, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, &FormError{path, "cannot be opened"}
	}
	defer root.Close()
	var files []File
	total := int64(0)
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return &FormError{name, "cannot be read"}
		case name == ".":
			return nil
		case strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() && (name == "leaves" || name == "receipts"):
			return nil
		case limitOf(name) == 0 || !d.Type().IsRegular():
			return &FormError{strconv.Quote(name), "no file of a bundle has this name or kind"}
		case len(files) == maxFiles:
			return &FormError{path, fmt.Sprintf("more than %d files", maxFiles)}
		}
		content, err := readRooted(root, name, min(limitOf(name), maxTotal-total))
		if err != nil {
			return err
		}
		total += int64(len(content))
		files = append(files, File{name, content})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewBundle(filepath.Base(filepath.Clean(path)), files)
}

func readRooted(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, &FormError{name, "cannot be opened"}
	}
	defer f.Close()
	return readBounded(f, name, limit)
}

func readBounded(r io.Reader, name string, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &FormError{name, "cannot be read"}
	}
	if int64(len(b)) > limit {
		return nil, &FormError{name, "too large, or the bundle is"}
	}
	return b, nil
}

// ReadZip reads a bundle from a zip, stored or deflated. name is for messages.
func ReadZip(name string, r io.ReaderAt, size int64) (*Bundle, error) {
	if size > maxTotal {
		return nil, &FormError{name, fmt.Sprintf("more than %d bytes", maxTotal)}
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, &FormError{name, "not a folder and not a zip"}
	}
	if len(z.File) > maxFiles {
		return nil, &FormError{name, fmt.Sprintf("more than %d files", maxFiles)}
	}
	files := make([]File, 0, len(z.File))
	total := int64(0)
	for _, f := range z.File {
		if f.Name == "leaves/" || f.Name == "receipts/" {
			continue
		}
		if reason := zipFault(f, total); reason != "" {
			return nil, &FormError{strconv.Quote(f.Name), reason}
		}
		content, err := unzip(f)
		if err != nil {
			return nil, err
		}
		total += int64(len(content))
		files = append(files, File{f.Name, content})
	}
	return NewBundle(name, files)
}

// zipFault judges a file by what the directory says of it, before anything is unpacked.
func zipFault(f *zip.File, total int64) string {
	limit := limitOf(f.Name)
	switch {
	case limit == 0 || !f.Mode().IsRegular():
		return "no file of a bundle has this name or kind"
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return "neither stored nor deflated"
	case f.UncompressedSize64 > uint64(min(limit, maxTotal-total)):
		return "too large, or the bundle is"
	case f.UncompressedSize64 > ratioFloor && f.UncompressedSize64/maxRatio > f.CompressedSize64:
		return "packed too tightly to be a file of a bundle"
	}
	return ""
}

func unzip(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, &FormError{f.Name, "cannot be unpacked"}
	}
	defer r.Close()
	b, err := readBounded(r, f.Name, int64(f.UncompressedSize64)) // the reader checks size and CRC-32
	if err != nil {
		return nil, err
	}
	return b, nil
}
