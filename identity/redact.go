package identity

import "log/slog"

// Personal types print as a placeholder wherever fmt meets them, also inside other values; each has a LogValue
// for slog beside its type. What is meant for its owner's eyes is read field by field.

func (Names) String() string               { return "[names]" }
func (i Identifier) String() string        { return "[" + string(i.Kind) + "]" }
func (p Person) String() string            { return p.ID.String() }
func (Applicant) String() string           { return "[applicant]" }
func (d DeclaredApplicant) String() string { return d.Person.String() }
func (Assertion) String() string           { return "[assertion]" }
func (Tokens) String() string              { return "[tokens]" }
func (Challenge) String() string           { return "[challenge]" }
func (Mail) String() string                { return "[mail]" }
func (a Act) String() string               { return a.Person.String() }

// LogValue logs the pseudonym only.
func (d DeclaredApplicant) LogValue() slog.Value { return slog.StringValue(d.Person.String()) }
