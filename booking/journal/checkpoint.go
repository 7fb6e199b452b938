package journal

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Limits of what is read from others.
const (
	maxCheckpoint = 64 << 10
	maxOrigin     = 255 // bytes, as in C2SP tlog-cosignature
	maxExtensions = 16
)

// Checkpoint is a tree's head in words (C2SP tlog-checkpoint): which log, how many leaves, which root.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text is the text of the note that is signed: three lines, each ended by LF.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// ParseCheckpoint reads the text of a note, without its signatures. Extension lines, which other logs may have, are
// accepted and not returned; this system's logs have none. CodeInvalid for anything that breaks the format.
func ParseCheckpoint(text string) (Checkpoint, error) {
	if len(text) > maxCheckpoint {
		return Checkpoint{}, Refuse(CodeInvalid, "a checkpoint that is too long")
	}
	body, ended := strings.CutSuffix(text, "\n")
	lines := strings.Split(body, "\n")
	if !ended || len(lines) < 3 || len(lines) > 3+maxExtensions {
		return Checkpoint{}, Refuse(CodeInvalid, "a checkpoint has the lines origin, size and root")
	}
	for _, l := range lines {
		if l == "" {
			return Checkpoint{}, Refuse(CodeInvalid, "a checkpoint has no empty line")
		}
	}
	c := Checkpoint{Origin: lines[0]}
	if len(c.Origin) > maxOrigin {
		return Checkpoint{}, Refuse(CodeInvalid, "an origin that is too long")
	}
	var err error
	if c.Size, err = parseNumber(lines[1]); err != nil {
		return Checkpoint{}, err
	}
	if c.Root, err = parseHash(lines[2]); err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}

// OpenCheckpoint reads a signed checkpoint: the log's own signature must be there and verify, its key's name must be
// the origin, and no signature of the others that are given may be false. Signatures of unknown keys are ignored.
// The note holds the verified signatures, the log's and the others'. CodeInvalid or CodeSignature.
func OpenCheckpoint(msg []byte, log note.Verifier, others ...note.Verifier) (Checkpoint, *note.Note, error) {
	if len(msg) > maxCheckpoint {
		return Checkpoint{}, nil, Refuse(CodeInvalid, "a checkpoint that is too long")
	}
	n, err := note.Open(msg, note.VerifierList(append([]note.Verifier{log}, others...)...))
	if err != nil {
		return Checkpoint{}, nil, &Error{Code: CodeSignature, Detail: "open a checkpoint", Cause: err}
	}
	if !signedBy(n, log) {
		return Checkpoint{}, nil, Refuse(CodeSignature, "the checkpoint is not signed by its log")
	}
	for _, s := range n.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, nil, Refuse(CodeSignature, "a signature that is encoded in an unusual way")
		}
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if c.Origin != log.Name() {
		return Checkpoint{}, nil, Refuse(CodeSignature, "the checkpoint is of another log than the key")
	}
	return c, n, nil
}

// PeekCheckpoint reads a signed checkpoint without checking any signature: for what says that it did not.
func PeekCheckpoint(msg []byte) (Checkpoint, error) {
	text, err := NoteText(msg)
	if err != nil {
		return Checkpoint{}, err
	}
	return ParseCheckpoint(text)
}

// NoteText is the text of a signed note, up to and with the LF before the blank line: what time stamps cover. No
// signature is checked.
func NoteText(msg []byte) (string, error) {
	if len(msg) > maxCheckpoint {
		return "", Refuse(CodeInvalid, "a note that is too long")
	}
	i := strings.LastIndex(string(msg), "\n\n")
	if i < 0 || !strings.HasPrefix(string(msg[i+2:]), "— ") || msg[len(msg)-1] != '\n' {
		return "", Refuse(CodeInvalid, "not a signed note")
	}
	return string(msg[:i+1]), nil
}

func signedBy(n *note.Note, v note.Verifier) bool {
	for _, s := range n.Sigs {
		if s.Name == v.Name() && s.Hash == v.KeyHash() {
			return true
		}
	}
	return false
}

// parseNumber reads a decimal without leading zeros, 0 to 2^63 − 1.
func parseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, Refuse(CodeInvalid, fmt.Sprintf("%.24q is not a number", s))
	}
	return n, nil
}

// parseHash reads a hash in the one base64 form that encodes it.
func parseHash(s string) (tlog.Hash, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != tlog.HashSize || base64.StdEncoding.EncodeToString(b) != s {
		return tlog.Hash{}, Refuse(CodeInvalid, fmt.Sprintf("%.64q is not a hash", s))
	}
	return tlog.Hash(b), nil
}
