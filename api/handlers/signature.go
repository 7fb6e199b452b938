package handlers

import (
	"encoding/base64"
	"strings"

	"chesna/api/problem"
	"chesna/identity"
)

// signatureBytes decodes a signature as it comes in JSON: standard base64, padded; line breaks are ignored,
// because openssl and base64 write them. It is not looked into here.
func signatureBytes(text string) ([]byte, error) {
	wrong := func(code, detail string) error {
		return problem.Refuse(problem.CodeInvalid, "", problem.Field{Pointer: "/signature", In: "body", Code: code, Detail: detail})
	}
	text = strings.NewReplacer("\r", "", "\n", "").Replace(text)
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	switch {
	case err != nil:
		return nil, wrong(problem.FieldNotBase64, "")
	case len(raw) == 0:
		return nil, wrong(problem.FieldRequired, "")
	case len(raw) > identity.MaxSignatureBytes:
		return nil, wrong(problem.FieldTooLong, "at most 64 KiB")
	}
	return raw, nil
}
