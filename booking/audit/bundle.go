package audit

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Bundle is the files of one draw as they were read; a file that is not there is nil, an empty one is not.
type Bundle struct {
	Name      string // what it was opened as, for messages
	Manifest  []byte
	Entries   []byte
	Bindings  []byte
	Persons   []byte
	Result    []byte
	Beacon    []byte
	Authority []byte
	Policy    []byte
	Leaves    []Leaf // by number
	Receipts  []File
}

// Leaf is one leaf of the log about this draw, with what proves it.
type Leaf struct {
	Seq   int64 // as the file's name has it
	JSON  []byte
	Proof []byte
	Stamp []byte // RFC 3161 token, or nil
}

// File is a named piece of a bundle.
type File struct {
	Name  string
	Bytes []byte
}

// FormError says which file of a bundle cannot be read, and why: the audit ends with status 2.
type FormError struct {
	File   string
	Reason string
}

// Error names file and reason.
func (e *FormError) Error() string { return e.File + ": " + e.Reason }

// Limits of a bundle. A million entries take about 400 MB in five files.
const (
	maxFiles   = 4096
	maxFile    = 256 << 20
	maxTotal   = 1 << 30
	maxSmall   = 1 << 20 // leaves, proofs, stamps, notes, policy, beacon, receipts
	maxName    = 128
	maxRatio   = 200     // uncompressed to compressed, of files above a megabyte
	ratioFloor = 1 << 20 // below it the ratio does not matter
)

var (
	leafName    = regexp.MustCompile(`^leaves/(0|[1-9][0-9]{0,17})\.(json|proof|tsr)$`)
	receiptName = regexp.MustCompile(`^receipts/[A-Za-z0-9_.-]{1,64}$`)
)

// slot finds where a file of this name belongs, or nil.
func (b *Bundle) slot(name string) *[]byte {
	switch name {
	case "manifest":
		return &b.Manifest
	case "entries":
		return &b.Entries
	case "bindings":
		return &b.Bindings
	case "persons":
		return &b.Persons
	case "result":
		return &b.Result
	case "beacon.json":
		return &b.Beacon
	case "authority":
		return &b.Authority
	case "policy.json":
		return &b.Policy
	}
	return nil
}

// limitOf is how many bytes a file may have; 0 if no file of a bundle has such a name.
func limitOf(name string) int64 {
	var b Bundle
	switch {
	case len(name) > maxName:
		return 0
	case name == "beacon.json" || name == "authority" || name == "policy.json":
		return maxSmall
	case b.slot(name) != nil:
		return maxFile
	case leafName.MatchString(name), receiptName.MatchString(name) && !strings.Contains(name, ".."):
		return maxSmall
	}
	return 0
}

// NewBundle sorts files into a bundle. Unknown and repeated names are refused with a *FormError.
func NewBundle(name string, files []File) (*Bundle, error) {
	b := &Bundle{Name: name}
	leaves := map[int64]*Leaf{}
	seen := make(map[string]bool, len(files))
	for _, f := range files {
		limit := limitOf(f.Name)
		switch {
		case limit == 0:
			return nil, &FormError{strconv.Quote(f.Name), "no file of a bundle has this name"}
		case seen[f.Name]:
			return nil, &FormError{f.Name, "two files have this name"}
		case int64(len(f.Bytes)) > limit:
			return nil, &FormError{f.Name, fmt.Sprintf("more than %d bytes", limit)}
		}
		seen[f.Name] = true
		if f.Bytes == nil {
			f.Bytes = []byte{}
		}
		if slot := b.slot(f.Name); slot != nil {
			*slot = f.Bytes
			continue
		}
		if strings.HasPrefix(f.Name, "receipts/") {
			b.Receipts = append(b.Receipts, f)
			continue
		}
		m := leafName.FindStringSubmatch(f.Name)
		seq, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return nil, &FormError{f.Name, "not a number"}
		}
		if leaves[seq] == nil {
			leaves[seq] = &Leaf{Seq: seq}
		}
		l := leaves[seq]
		*map[string]*[]byte{"json": &l.JSON, "proof": &l.Proof, "tsr": &l.Stamp}[m[2]] = f.Bytes
	}
	for _, l := range leaves {
		if l.JSON == nil {
			return nil, &FormError{fmt.Sprintf("leaves/%d.json", l.Seq), "missing, though its proof or time stamp is there"}
		}
		b.Leaves = append(b.Leaves, *l)
	}
	slices.SortFunc(b.Leaves, func(x, y Leaf) int { return cmp.Compare(x.Seq, y.Seq) })
	slices.SortFunc(b.Receipts, func(x, y File) int { return strings.Compare(x.Name, y.Name) })
	return b, nil
}

// Files lists a bundle's files by name, as NewBundle takes them.
func (b *Bundle) Files() []File {
	var out []File
	for _, name := range []string{"manifest", "entries", "bindings", "persons", "result", "beacon.json", "authority", "policy.json"} {
		if content := *b.slot(name); content != nil {
			out = append(out, File{name, content})
		}
	}
	for _, l := range b.Leaves {
		for _, f := range []File{{".json", l.JSON}, {".proof", l.Proof}, {".tsr", l.Stamp}} {
			if f.Bytes != nil {
				out = append(out, File{fmt.Sprintf("leaves/%d%s", l.Seq, f.Name), f.Bytes})
			}
		}
	}
	return append(out, b.Receipts...)
}
