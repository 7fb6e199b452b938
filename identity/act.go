package identity

import (
	"log/slog"

	"github.com/google/uuid"
)

// Act is a document signed by a known person with a qualified electronic signature.
type Act struct {
	Person uuid.UUID
	// Digest is SHA-256 of the SignerInfo: an act is accepted once.
	Digest [32]byte
	// Evidence is the document and the signature as received, sealed together: only identity can open it, for
	// this person (Service.OpenEvidence).
	Evidence []byte
}

// Evidence is an act as it can be shown to a court: what was signed, byte for byte, and the signature. Personal
// data: never logged.
type Evidence struct {
	Document  []byte
	Signature []byte
}

// LogValue logs whose act it is; the signature holds the signer's certificate and stays out of logs.
func (a Act) LogValue() slog.Value { return slog.StringValue(a.Person.String()) }
