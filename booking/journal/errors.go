package journal

import "errors"

// Code names a kind of failure for callers that act on it.
type Code string

// The kinds of failure.
const (
	// CodeInvalid: an argument, a leaf or a file breaks a rule of its format.
	CodeInvalid Code = "journal-invalid"
	// CodeBehind: the stored tree is smaller than one that was published. A backup was restored; going on would fork
	// the log.
	CodeBehind Code = "journal-behind"
	// CodeFork: two trees of one size, or a tree that does not extend a published one.
	CodeFork Code = "journal-fork"
	// CodeConflict: somebody else extended the tree meanwhile. Trying again is right.
	CodeConflict Code = "journal-conflict"
	// CodeCorrupt: what is stored contradicts itself.
	CodeCorrupt Code = "journal-corrupt"
	// CodeAbsent: there is no such leaf, tile, checkpoint or event (yet).
	CodeAbsent Code = "journal-absent"
	// CodeSignature: a signature that has to be there is not, or does not verify.
	CodeSignature Code = "journal-signature"
	// CodeProof: a proof does not lead to the root.
	CodeProof Code = "journal-proof"
	// CodeUnavailable: the store or a witness could not be asked.
	CodeUnavailable Code = "journal-unavailable"
)

// Error is a failure of this room. Detail is for people who run the service and holds no personal data.
type Error struct {
	Code   Code
	Detail string
	Cause  error
}

// Error is the detail, with the cause if there is one.
func (e *Error) Error() string {
	if e.Cause != nil {
		return "journal: " + e.Detail + ": " + e.Cause.Error()
	}
	return "journal: " + e.Detail
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Refuse makes an Error without a cause.
func Refuse(code Code, detail string) *Error { return &Error{Code: code, Detail: detail} }

// CodeOf is the code of the first Error in the chain, or "".
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
