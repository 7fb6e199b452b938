package journal

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader    = "c2sp.org/tlog-proof@v1"
	maxProofHashes = 63
)

// Proof says that a leaf stands at an index of the tree under a signed checkpoint (C2SP tlog-proof, without extra data).
type Proof struct {
	Index      int64
	Hashes     []tlog.Hash // from the leaf's sibling to the root's child
	Checkpoint []byte      // the note with all its signatures
}

// FormatProof writes the proof as a file.
func FormatProof(p Proof) []byte {
	var b bytes.Buffer
	b.WriteString(proofHeader + "\nindex " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(h.String() + "\n")
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// ParseProof reads a proof's file; each proof has one form. The checkpoint's signatures are not looked at.
// CodeInvalid.
func ParseProof(file []byte) (Proof, error) {
	if len(file) > maxCheckpoint+maxProofHashes*64 {
		return Proof{}, Refuse(CodeInvalid, "a proof that is too long")
	}
	head, checkpoint, found := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != proofHeader {
		return Proof{}, Refuse(CodeInvalid, "not a proof: it begins with "+proofHeader+" and the index")
	}
	number, ok := strings.CutPrefix(lines[1], "index ")
	if !ok {
		return Proof{}, Refuse(CodeInvalid, "a proof's second line is its index")
	}
	p := Proof{Checkpoint: bytes.Clone(checkpoint)}
	var err error
	if p.Index, err = parseNumber(number); err != nil {
		return Proof{}, err
	}
	if p.Hashes, err = parseHashes(lines[2:]); err != nil {
		return Proof{}, err
	}
	if _, err := PeekCheckpoint(p.Checkpoint); err != nil {
		return Proof{}, err
	}
	return p, nil
}

// parseHashes reads at most 63 lines.
func parseHashes(lines []string) ([]tlog.Hash, error) {
	if len(lines) > maxProofHashes {
		return nil, Refuse(CodeInvalid, "a proof has at most 63 hashes")
	}
	var hashes []tlog.Hash
	for _, l := range lines {
		h, err := parseHash(l)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}

// Verify tells whether the proof leads from the leaf to the root of its checkpoint, and the checkpoint is signed by the
// log. Cosignatures are another question: [Policy.Cosigned]. CodeSignature, CodeInvalid or CodeProof.
func (p Proof) Verify(leaf []byte, log note.Verifier) error {
	c, _, err := OpenCheckpoint(p.Checkpoint, log)
	if err != nil {
		return err
	}
	if p.Index < 0 || p.Index >= c.Size {
		return Refuse(CodeProof, "the index lies outside the tree")
	}
	if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, tlog.RecordHash(leaf)); err != nil {
		return &Error{Code: CodeProof, Detail: "the proof does not lead from the leaf to the root", Cause: err}
	}
	return nil
}

// CheckConsistency tells whether the tree (size, root) extends the tree (oldSize, oldRoot): RFC 6962, section 2.1.2. The
// proof is empty from size 0 and between equal sizes. CodeProof, or CodeFork for two roots of one size.
func CheckConsistency(oldSize int64, oldRoot tlog.Hash, size int64, root tlog.Hash, proof []tlog.Hash) error {
	switch {
	case oldSize < 0 || oldSize > size:
		return Refuse(CodeProof, "a tree does not shrink")
	case oldSize == size && oldRoot != root:
		return Refuse(CodeFork, "two roots of one size")
	case oldSize == 0 || oldSize == size:
		if len(proof) != 0 {
			return Refuse(CodeProof, "nothing is to be proved, but there is a proof")
		}
		if size == 0 && root != emptyRoot() {
			return Refuse(CodeProof, "not the root of the empty tree")
		}
		return nil
	}
	if err := tlog.CheckTree(proof, size, root, oldSize, oldRoot); err != nil {
		return &Error{Code: CodeProof, Detail: "the tree does not extend the older one", Cause: err}
	}
	return nil
}
