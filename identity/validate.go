package identity

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The relations of an applicant to the declarer.
const (
	RelationChild = "child"
	RelationWard  = "ward"
	RelationOther = "other"
)

const (
	maxNameRunes = 100
	dateLayout   = "2006-01-02"
)

// birthCertificatePattern is the canonical form: Roman number in Latin letters, two Ukrainian letters, six digits.
var birthCertificatePattern = regexp.MustCompile(`^([IVX]{1,5})-([А-ЯІЇЄҐ]{2})([0-9]{6})$`)

// romanLatin and seriesCyrillic undo the mixing of look-alike letters, which keyboards and people mix freely.
var (
	romanLatin     = strings.NewReplacer("І", "I", "Х", "X", "Ⅰ", "I", "1", "I")
	seriesCyrillic = strings.NewReplacer("A", "А", "B", "В", "C", "С", "E", "Е", "H", "Н", "I", "І", "K", "К",
		"M", "М", "O", "О", "P", "Р", "T", "Т", "X", "Х")
)

// CheckApplicant brings an applicant to canonical form and lists everything that is wrong with her; pointers
// are below /applicant. Check digits are checked when asked.
func CheckApplicant(a Applicant, now time.Time, checkDigits bool) (Applicant, []FieldError) {
	var fields []FieldError
	wrong := func(pointer, code, detail string) {
		fields = append(fields, FieldError{"/applicant/" + pointer, code, detail})
	}
	a.Names.Surname = checkName(a.Names.Surname, "surname", true, wrong)
	a.Names.GivenName = checkName(a.Names.GivenName, "givenName", true, wrong)
	a.Names.Patronymic = checkName(a.Names.Patronymic, "patronymic", false, wrong)

	switch a.Relation {
	case RelationChild, RelationWard, RelationOther:
	default:
		wrong("relation", "unknown", "one of child, ward, other")
	}
	born, ok := checkBirthDate(a.BirthDate, now, wrong)
	if ok && a.Relation == RelationChild && !born.AddDate(18, 0, 0).After(now) {
		wrong("birthDate", "not-a-child", "a child is younger than 18 years")
	}
	a.RNOKPP, a.UNZR = compact(a.RNOKPP), compact(a.UNZR)
	if a.RNOKPP != "" {
		switch {
		case !tenDigits.MatchString(a.RNOKPP):
			wrong("rnokpp", "format", "ten digits")
		case checkDigits && !ValidRNOKPP(a.RNOKPP):
			wrong("rnokpp", "check-digit", "the check digit is wrong: there is a slip in the number")
		}
	}
	if a.UNZR != "" {
		switch {
		case !unzrPattern.MatchString(a.UNZR):
			wrong("unzr", "format", "YYYYMMDD-NNNNN")
		case ok && a.UNZR[:8] != born.Format("20060102"):
			wrong("unzr", "birth-date", "the number begins with another date of birth")
		}
	}
	if a.BirthCertificate != "" {
		canonical, ok := canonicalBirthCertificate(a.BirthCertificate)
		if !ok {
			wrong("birthCertificate", "format", "series and number, such as I-БК 123456")
		}
		a.BirthCertificate = canonical
	}
	if a.RNOKPP == "" && a.UNZR == "" && a.BirthCertificate == "" {
		wrong("rnokpp", "required", "one of rnokpp, unzr, birthCertificate is needed")
	}
	return a, fields
}

// Identifier is the one number of an applicant that identifies her: UNZR, else tax number, else birth certificate.
// Call it on a checked applicant, who has one.
func (a Applicant) Identifier() Identifier {
	switch {
	case a.UNZR != "":
		return Identifier{KindUNZR, a.UNZR}
	case a.RNOKPP != "":
		return Identifier{KindRNOKPP, a.RNOKPP}
	}
	return Identifier{KindBirthCertificate, a.BirthCertificate}
}

// ValidRNOKPP tells whether a tax number has ten digits and the right check digit: the first nine weighted by
// -1, 5, 7, 9, 4, 6, 10, 5, 7, the sum mod 11 mod 10.
func ValidRNOKPP(s string) bool {
	if !tenDigits.MatchString(s) {
		return false
	}
	sum := 0
	for i, w := range [9]int{-1, 5, 7, 9, 4, 6, 10, 5, 7} {
		sum += w * int(s[i]-'0')
	}
	return ((sum%11)+11)%11%10 == int(s[9]-'0')
}

func checkName(s, pointer string, required bool, wrong func(pointer, code, detail string)) string {
	if len(s) > 8*maxNameRunes || !utf8.ValidString(s) {
		wrong(pointer, "format", "at most 100 letters of text in UTF-8")
		return ""
	}
	s = strings.Join(strings.Fields(s), " ")
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.Is(unicode.Mn, r), strings.ContainsRune(" -'’ʼ`.", r):
		default:
			wrong(pointer, "format", "letters, apostrophe, hyphen and space only")
			return s
		}
	}
	switch {
	case s == "" && required:
		wrong(pointer, "required", "must not be empty")
	case s != "" && letters == 0:
		wrong(pointer, "format", "has no letter")
	case utf8.RuneCountInString(s) > maxNameRunes:
		wrong(pointer, "too-long", "at most 100 letters")
	}
	return s
}

func checkBirthDate(s string, now time.Time, wrong func(pointer, code, detail string)) (time.Time, bool) {
	if s == "" {
		wrong("birthDate", "required", "must not be empty")
		return time.Time{}, false
	}
	born, err := time.Parse(dateLayout, s)
	switch {
	case err != nil:
		wrong("birthDate", "format", "a date as YYYY-MM-DD")
	case born.After(now):
		wrong("birthDate", "future", "lies in the future")
	case born.AddDate(130, 0, 0).Before(now):
		wrong("birthDate", "too-early", "lies more than 130 years back")
	default:
		return born, true
	}
	return time.Time{}, false
}

// canonicalBirthCertificate reads "І-БК № 123456" in all its spellings as "I-БК123456".
func canonicalBirthCertificate(s string) (string, bool) {
	if len(s) > 64 {
		return "", false
	}
	s = strings.NewReplacer("№", "", "–", "-", "—", "-").Replace(compact(s))
	roman, rest, ok := strings.Cut(s, "-")
	if !ok {
		return "", false
	}
	s = romanLatin.Replace(roman) + "-" + seriesCyrillic.Replace(rest)
	return s, birthCertificatePattern.MatchString(s)
}
