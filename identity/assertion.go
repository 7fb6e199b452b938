package identity

import (
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Assertion is what a verified qualified signature says about its signer. Personal data: never logged.
type Assertion struct {
	Names Names
	// RNOKPP, UNZR and Document are empty when the certificate does not hold them. A person who refused a tax
	// number has a document number instead.
	RNOKPP   string
	UNZR     string
	Document string
	// EDRPOU and Organisation are set for somebody who signs for an institution; a sole trader's ten-digit
	// EDRPOU repeats the tax number and names no institution.
	EDRPOU       string
	Organisation string
	// Certificate is SHA-256 of the signer's certificate (DER); SignerInfo is SHA-256 of the SignerInfo (DER).
	Certificate [32]byte
	SignerInfo  [32]byte
}

// LogValue hides the signer from logs.
func (Assertion) LogValue() slog.Value { return slog.StringValue("[assertion]") }

var (
	tenDigits   = regexp.MustCompile(`^[0-9]{10}$`)
	eightDigits = regexp.MustCompile(`^[0-9]{8}$`)
	unzrPattern = regexp.MustCompile(`^[0-9]{8}-[0-9]{5}$`)
)

// Identifiers are the signer's numbers in canonical form, tax number first. Certificates put a document number
// into the tax number's place when its owner has none; such a value is taken as a document.
func (a Assertion) Identifiers() []Identifier {
	var ids []Identifier
	rnokpp, unzr, document := compact(a.RNOKPP), compact(a.UNZR), compact(a.Document)
	switch {
	case tenDigits.MatchString(rnokpp):
		ids = append(ids, Identifier{KindRNOKPP, rnokpp})
	case rnokpp != "" && document == "":
		document = rnokpp
	}
	if unzrPattern.MatchString(unzr) {
		ids = append(ids, Identifier{KindUNZR, unzr})
	}
	if document != "" && len(document) <= 64 {
		ids = append(ids, Identifier{KindDocument, document})
	}
	return ids
}

// Born is the date of birth that the signer's numbers tell (YYYY-MM-DD), or "": the demographic-register number
// begins with it, the tax number with the days since 31 December 1899.
func (a Assertion) Born() string {
	var unzr, rnokpp string
	for _, id := range a.Identifiers() {
		switch id.Kind {
		case KindUNZR:
			unzr = id.Value
		case KindRNOKPP:
			rnokpp = id.Value
		}
	}
	if unzr != "" {
		if born, err := time.Parse("20060102", unzr[:8]); err == nil {
			return born.Format(dateLayout)
		}
	}
	if days, err := strconv.Atoi(rnokpp[:min(5, len(rnokpp))]); err == nil && days > 0 {
		return time.Date(1899, time.December, 31+days, 0, 0, 0, 0, time.UTC).Format(dateLayout)
	}
	return ""
}

// Institution is the EDRPOU of the institution the signer acts for, or "" for somebody who signs for himself.
func (a Assertion) Institution() string {
	if e := compact(a.EDRPOU); eightDigits.MatchString(e) {
		return e
	}
	return ""
}

// compact removes blanks and brings letters to upper case: numbers are compared in this form.
func compact(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}
