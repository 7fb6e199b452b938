package identity

import "log/slog"

// Personal types print as a placeholder wherever fmt meets them, also inside other values; each has a LogValue
// for slog too, here or beside its type. What is meant for its owner's eyes is read field by field.

func (Names) String() string               { return "[names]" }
func (i Identifier) String() string        { return "[" + string(i.Kind) + "]" }
func (p Person) String() string            { return p.ID.String() }
func (Applicant) String() string           { return "[applicant]" }
func (d DeclaredApplicant) String() string { return d.Person.String() }
func (Assertion) String() string           { return "[assertion]" }
func (s Session) String() string           { return s.ID.String() }
func (Tokens) String() string              { return "[tokens]" }
func (Challenge) String() string           { return "[challenge]" }
func (Mail) String() string                { return "[mail]" }
func (a Act) String() string               { return a.Person.String() }
func (SealedIdentifier) String() string    { return "[sealed identifier]" }
func (r PersonRecord) String() string      { return r.ID.String() }
func (r ApplicantRecord) String() string   { return r.Person.String() }
func (d Declaration) String() string       { return d.ID.String() }
func (e Evidence) String() string          { return "[evidence]" }
func (EmailCode) String() string           { return "[e-mail code]" }
func (i StoredIdentifier) String() string  { return i.ID.String() }

// LogValue logs the pseudonym only.
func (d DeclaredApplicant) LogValue() slog.Value { return slog.StringValue(d.String()) }

// LogValue hides the number's pseudonyms and its sealed form from logs.
func (s SealedIdentifier) LogValue() slog.Value { return slog.StringValue(s.String()) }

// LogValue logs the person's UUID only.
func (r PersonRecord) LogValue() slog.Value { return slog.StringValue(r.String()) }

// LogValue logs the person's UUID only.
func (r ApplicantRecord) LogValue() slog.Value { return slog.StringValue(r.String()) }

// LogValue logs the declaration's UUID only.
func (d Declaration) LogValue() slog.Value { return slog.StringValue(d.String()) }

// LogValue hides what was signed and the signer's certificate from logs.
func (e Evidence) LogValue() slog.Value { return slog.StringValue(e.String()) }

// LogValue hides the code from logs.
func (c EmailCode) LogValue() slog.Value { return slog.StringValue(c.String()) }

// LogValue logs the identifier's UUID only.
func (i StoredIdentifier) LogValue() slog.Value { return slog.StringValue(i.String()) }
