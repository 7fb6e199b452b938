package devqtsp

// Code names a kind of failure.
type Code string

// The failures of this package.
const (
	CodeConfig        Code = "config"         // a Deps field is missing or wrong
	CodeUnknownPerson Code = "unknown-person" // no certificate of that name
	CodeUnknownSerial Code = "unknown-serial" // no certificate of that serial number
	CodeBadRequest    Code = "bad-request"    // a time stamp request that cannot be read
	CodeNotFound      Code = "not-found"      // Load: the folder holds no authority
	CodeCorrupt       Code = "corrupt"        // Load: a file of the folder cannot be used
)

// Error is what this package returns; causes are wrapped.
type Error struct {
	Code   Code
	Detail string
	Cause  error
}

// Error implements error.
func (e *Error) Error() string {
	s := "devqtsp: " + string(e.Code) + ": " + e.Detail
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }
