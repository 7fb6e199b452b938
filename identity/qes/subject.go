package qes

import (
	"log/slog"
	"strings"
	"unicode"

	"chesna/identity/qes/oid"
)

// Subject is the person a certificate names. Personal data: it logs as "[subject]".
type Subject struct {
	CommonName   string
	Surname      string
	GivenName    string // usually given name and patronymic
	RNOKPP       string // ten digits; "" for those who refused a tax number
	UNZR         string // YYYYMMDD-NNNNN
	Document     string // of those who refused a tax number
	EDRPOU       string // eight digits: the legal person she acts for; "" for a sole trader
	Organization string
	SoleTrader   bool // the certificate's EDRPOU is her own number
}

// LogValue hides the subject from logs.
func (Subject) LogValue() slog.Value { return slog.StringValue("[subject]") }

// String hides the subject from careless formatting.
func (Subject) String() string { return "[subject]" }

// Names splits the certificate's names: the given name is the first word of GivenName, the patronymic the rest.
func (s Subject) Names() (surname, given, patronymic string) {
	given, patronymic, _ = strings.Cut(s.GivenName, " ")
	return s.Surname, given, strings.TrimSpace(patronymic)
}

func (s Subject) identified() bool { return s.RNOKPP != "" || s.UNZR != "" || s.Document != "" }

// natural tells whether the names are those of a human being: seals have a common name and an organisation only.
func (s Subject) natural() bool { return s.Surname != "" || s.GivenName != "" }

// parseSubject reads the names and numbers of a certificate.
func parseSubject(c *certificate) (Subject, error) {
	name, err := parseName(c.RawSubject)
	if err != nil {
		return Subject{}, err
	}
	directory, err := parseDirectory(c.extension(oid.SubjectDirectoryAttributes))
	if err != nil {
		return Subject{}, err
	}
	s := Subject{
		CommonName: name[oid.CommonName], Surname: name[oid.Surname], GivenName: name[oid.GivenName],
		Organization: name[oid.Organization], UNZR: directory[oid.UAUnzr],
	}
	if err := s.setPersonal(directory[oid.UARnokpp], name[oid.SerialNumber]); err != nil {
		return Subject{}, err
	}
	if s.UNZR != "" && !ValidUNZR(s.UNZR) {
		return Subject{}, fail(CodeIdentifierSyntax, "UNZR")
	}
	return s, s.setInstitution(directory[oid.UAEdrpou], name[oid.OrganizationIdentifier])
}

// setPersonal takes the tax number from the directory attribute and from an ETSI serial number, which must agree. What is
// there and has not ten digits is the document of a person who refused a tax number. A serial number without a known
// prefix is the provider's own and names nobody.
func (s *Subject) setPersonal(attribute, serial string) error {
	prefix, value, _ := strings.Cut(serial, "-")
	fromSerial := ""
	switch prefix {
	case "TINUA", "IDCUA", "PASUA":
		fromSerial = value
	case "PNOUA":
		if !ValidUNZR(value) {
			return fail(CodeIdentifierSyntax, "serial number")
		}
		if s.UNZR != "" && s.UNZR != value {
			return fail(CodeIdentifierConflict, "two numbers of the demographic register")
		}
		s.UNZR = value
	}
	number := attribute
	switch {
	case placeholder(number):
		number = fromSerial
	case !placeholder(fromSerial) && number != fromSerial:
		return fail(CodeIdentifierConflict, "two personal numbers")
	}
	switch {
	case placeholder(number):
	case digits(number, 10):
		s.RNOKPP = number
	case !documentSyntax(number):
		return fail(CodeIdentifierSyntax, "personal number")
	default:
		s.Document = strings.ToUpper(number)
	}
	return nil
}

// setInstitution takes the register number from the directory attribute and from an ETSI organisation identifier. A sole
// trader's certificate repeats his personal number there; he is no legal person. What else has not eight digits names no
// institution: providers put placeholders there.
func (s *Subject) setInstitution(attribute, identifier string) error {
	value := attribute
	if rest, ok := strings.CutPrefix(identifier, "NTRUA-"); ok {
		if !placeholder(value) && value != rest {
			return fail(CodeIdentifierConflict, "two register numbers")
		}
		value = rest
	}
	switch {
	case placeholder(value):
	case value == s.RNOKPP || s.Document != "" && strings.ToUpper(value) == s.Document:
		s.SoleTrader = true
	case ValidEDRPOU(value):
		s.EDRPOU = value
	case digits(value, 10) && s.RNOKPP != "":
		return fail(CodeIdentifierConflict, "a sole trader's number that is not the person's")
	}
	return nil
}

// documentSyntax tells whether s can be the number of an identity document: 6 to 20 letters and digits, at least one
// digit.
func documentSyntax(s string) bool {
	n, digit := 0, false
	for _, r := range s {
		if !unicode.IsLetter(r) && (r < '0' || r > '9') {
			return false
		}
		digit = digit || r >= '0' && r <= '9'
		n++
	}
	return digit && n >= 6 && n <= 20
}
