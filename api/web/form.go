package web

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"chesna/api/problem"
	"chesna/booking"
	"chesna/identity"
)

// Names of the fields of a signature.
const (
	fieldFile = "signature_file"
	fieldText = "signature"
)

// signature reads what was uploaded or pasted: DER, PEM or base64. Fault is the key of the message that says
// what is wrong with the field.
func (v *visit) signature() (signature []byte, field, fault string, err error) {
	header, err := v.FormFile(fieldFile)
	switch {
	case err == nil && header.Size > 0:
		if header.Size > identity.MaxSignatureBytes*2 {
			return nil, fieldFile, "sign.fault.large", nil
		}
		f, err := header.Open()
		if err != nil {
			return nil, "", "", errBadForm
		}
		defer f.Close()
		raw, err := io.ReadAll(io.LimitReader(f, identity.MaxSignatureBytes*2))
		if err != nil {
			return nil, "", "", errBadForm
		}
		signature, fault = decodeSignature(raw)
		return signature, fieldFile, fault, nil
	case err != nil && !errors.Is(err, http.ErrMissingFile) && !errors.Is(err, http.ErrNotMultipart):
		return nil, "", "", v.formError(err)
	}
	text := strings.TrimSpace(v.FormValue(fieldText))
	if text == "" {
		return nil, fieldFile, "sign.fault.none", nil
	}
	signature, fault = decodeSignature([]byte(text))
	return signature, fieldText, fault, nil
}

// decodeSignature takes DER as it is, and PEM or base64 with any line breaks.
func decodeSignature(raw []byte) (signature []byte, fault string) {
	switch block, _ := pem.Decode(raw); {
	case len(raw) > 1 && raw[0] == 0x30 && raw[1] >= 0x80:
		signature = raw
	case block != nil:
		signature = block.Bytes
	default:
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(raw)), ""))
		if err == nil {
			signature = b
		}
	}
	if len(signature) == 0 {
		return nil, "sign.fault.form"
	}
	if len(signature) > identity.MaxSignatureBytes {
		return nil, "sign.fault.large"
	}
	return signature, ""
}

func (v *visit) formError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return problem.Refuse(problem.CodeBodyTooLarge, "")
	}
	return &problem.Error{Code: problem.CodeMalformedRequest, Cause: errBadForm}
}

// form reads an ordinary form.
func (v *visit) form() (url.Values, error) {
	values, err := v.FormParams()
	if err != nil {
		return nil, v.formError(err)
	}
	return values, nil
}

// refused turns a refusal into lines of the error summary; false when it is not one that the form can show.
// Field names the form's field for a refusal that points at none; fields maps pointers to fields.
func (v *visit) refused(err error, field string, fields map[string]string) ([]fault, int, bool) {
	pr := problem.Of(err, string(v.lang), "")
	if pr.Status >= http.StatusInternalServerError || pr.Status == http.StatusUnauthorized {
		return nil, 0, false
	}
	var out []fault
	for _, f := range pr.Errors {
		name, ok := fields[f.Pointer]
		if !ok {
			name = field
		}
		out = append(out, fault{Field: name, Text: v.fieldFault(name, f)})
	}
	if len(out) == 0 {
		text := pr.Title + ". " + pr.Detail
		if pr.Reason != "" {
			text = v.reason(pr)
		}
		out = []fault{{Field: field, Text: text}}
	}
	return out, pr.Status, true
}

// reason says why a signature was not accepted: in words where a person can do something about it, and always
// with the verifier's own code, to be quoted when asking for help.
func (v *visit) reason(pr problem.Problem) string {
	if pr.Code == string(identity.CodeEmailCode) {
		if pr.Reason == "expired" {
			return v.t("code.expired")
		}
		return v.t("code.wrong")
	}
	code := v.t("sign.fault.reason", "Reason", pr.Reason)
	if key := reasonKey(pr.Reason); key != "" {
		return v.t(key) + " " + code
	}
	return pr.Title + ". " + code
}

func reasonKey(reason string) string {
	switch reason {
	case "content-mismatch", "message-digest-mismatch", "signature-invalid", "content-missing":
		return "sign.reason.text"
	case "certificate-expired", "certificate-not-yet-valid":
		return "sign.reason.expired"
	case "revoked", "issuer-revoked":
		return "sign.reason.revoked"
	case "crl-missing", "crl-expired", "crl-not-yet-valid", "trust-unavailable":
		return "sign.reason.unchecked"
	case "chain-untrusted", "not-qualified", "chain-signature", "issuer-not-ca":
		return "sign.reason.untrusted"
	case "seal", "not-natural-person", "key-usage", "extended-key-usage", "signer-is-ca", "no-identifier":
		return "sign.reason.kind"
	case "malformed", "encoding", "trailing-bytes", "pem", "not-signed-data", "too-large":
		return "sign.reason.form"
	}
	return ""
}

// fieldFault says what is wrong with a field in words of the page where there are some.
func (v *visit) fieldFault(name string, f problem.Field) string {
	if key := faultKey(name, f.Code); key != "" {
		return v.t(key)
	}
	return f.Detail
}

// faultKey finds the message for a field and a code; empty when the refusal's own words have to do.
func faultKey(field, code string) string {
	byCode := map[string]string{
		"self": "fault.self", "not-a-child": "fault.not-a-child", "check-digit": "fault.check-digit", "birth-date": "fault.birth-date",
	}
	if key, ok := byCode[code]; ok {
		return key
	}
	if field == "rnokpp" && code == problem.FieldRequired {
		return "fault.numbers"
	}
	return map[string]string{
		"email": "fault.email", "code": "fault.code", "country": "fault.country", "reason": "fault.reason",
		"relation": "fault.relation", "surname": "fault.surname", "given_name": "fault.given_name",
		"patronymic": "fault.patronymic", "birth_day": "fault.birth_day", "unzr": "fault.unzr", "rnokpp": "fault.rnokpp",
		"birth_certificate": "fault.birth_certificate",
	}[field]
}

// codeOf is the code of a refusal of booking or identity, as text.
func codeOf(err error) string {
	if c := booking.CodeOf(err); c != "" {
		return string(c)
	}
	return string(identity.CodeOf(err))
}

// isCode tells whether an error is a refusal of booking or identity with one of the codes.
func isCode[C ~string](err error, of func(error) C, codes ...C) bool {
	if err == nil {
		return false
	}
	for _, c := range codes {
		if of(err) == c {
			return true
		}
	}
	return false
}

var errBadForm = errors.New("the form cannot be read")
