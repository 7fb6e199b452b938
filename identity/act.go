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
	// Evidence is the signature as received, sealed: only identity can open it.
	Evidence []byte
}

// LogValue logs whose act it is; the signature holds the signer's certificate and stays out of logs.
func (a Act) LogValue() slog.Value { return slog.StringValue(a.Person.String()) }
