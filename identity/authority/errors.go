package authority

// Code says what kind of fault an Error is.
type Code string

// Codes of Error.
const (
	CodeKeyFile     Code = "key-file"    // it cannot be read or made, or others may read it
	CodeMalformed   Code = "malformed"   // an argument has not the form it must have
	CodeNotIssued   Code = "not-issued"  // a name is not the authority's for that person and draw
	CodeTwice       Code = "twice"       // a person or a name is there more than once
	CodeIncomplete  Code = "incomplete"  // a person without an entry, or an entry without persons
	CodeMismatch    Code = "mismatch"    // the hash of the persons file is not that of the persons
	CodeAttestation Code = "attestation" // a note is not an attestation, or not this authority's
)

// Error is every fault that this package finds. Detail names no person.
type Error struct {
	Code   Code
	Detail string
	Cause  error
}

// Error is for logs.
func (e *Error) Error() string {
	s := "identity authority: " + e.Detail
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }
