package devqtsp

import (
	"fmt"
	"time"
)

// InstitutionEDRPOU is the register number of the demo's institution; officers' certificates carry it.
const InstitutionEDRPOU = "00026620"

// institutionName is put as organisation into the same certificates. It says that it is not the real ministry.
const institutionName = "Демонстраційна консульська служба (вигадана)"

// Role is what a person does in the demo. The certificate grants none: the application's own table does.
type Role string

// The roles of the demo.
const (
	Citizen       Role = "citizen"
	Officer       Role = "officer"
	Analyst       Role = "analyst"
	Administrator Role = "administrator"
	Auditor       Role = "auditor"
)

// KeyKind chooses a person's key.
type KeyKind string

// The kinds of key. The empty kind is P256.
const (
	P256    KeyKind = "ec-p256"
	P384    KeyKind = "ec-p384"
	RSA2048 KeyKind = "rsa-2048"
)

// PersonSpec is an invented person to be certified. Exactly one of RNOKPP and Document may be empty.
type PersonSpec struct {
	Name         string  `json:"name"` // ASCII, also the folder's name
	Surname      string  `json:"surname"`
	GivenName    string  `json:"givenName"`
	Patronymic   string  `json:"patronymic"`
	RNOKPP       string  `json:"rnokpp"`       // ten digits
	Document     string  `json:"document"`     // of a person who refused a tax number
	UNZR         string  `json:"unzr"`         // YYYYMMDD-NNNNN
	EDRPOU       string  `json:"edrpou"`       // of the institution, staff only
	Organisation string  `json:"organisation"` // staff only
	Title        string  `json:"title"`        // staff only
	Roles        []Role  `json:"roles"`
	Key          KeyKind `json:"key"`
}

// DisplayName is the full name, as in the certificate's common name.
func (p PersonSpec) DisplayName() string {
	return p.Surname + " " + p.GivenName + " " + p.Patronymic
}

// RNOKPP makes a tax number with a right check digit: five digits of the birth day counted from 31.12.1899, three of the
// serial number (0-999), one that is odd for men and even for women, and the check digit.
func RNOKPP(birth time.Time, serial int, female bool) string {
	days := int(birth.Sub(time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)).Hours() / 24)
	sex := 1
	if female {
		sex = 2
	}
	head := fmt.Sprintf("%05d%03d%d", days, serial%1000, sex)
	sum := 0
	for i, weight := range [9]int{-1, 5, 7, 9, 4, 6, 10, 5, 7} {
		sum += weight * int(head[i]-'0')
	}
	return fmt.Sprintf("%s%d", head, ((sum%11)+11)%11%10)
}

// DefaultPeople lists the demo's people: 22 citizens and the staff. "mariia" is the mother of a minor; "ostap" refused a
// tax number and is known by UNZR and document; "petro" has an RSA key, "iryna" one on P-384.
func DefaultPeople() []PersonSpec {
	citizens := []struct {
		name, surname, given, patronymic string
		year                             int
		female                           bool
	}{
		{"olena", "Тестова", "Олена", "Петрівна", 1988, true},
		{"petro", "Зразковий", "Петро", "Іванович", 1979, false},
		{"mariia", "Пробна", "Марія", "Степанівна", 1991, true},
		{"ostap", "Безномерний", "Остап", "Вигаданович", 1984, false},
		{"iryna", "Демонстраційна", "Ірина", "Олегівна", 1995, true},
		{"andrii", "Приміренко", "Андрій", "Тестович", 1972, false},
		{"oksana", "Вигадана", "Оксана", "Андріївна", 1968, true},
		{"taras", "Умовний", "Тарас", "Романович", 1999, false},
		{"nataliia", "Навчальна", "Наталія", "Ігорівна", 1983, true},
		{"mykola", "Макетний", "Микола", "Васильович", 1957, false},
		{"sofiia", "Показова", "Софія", "Дмитрівна", 2003, true},
		{"dmytro", "Випробний", "Дмитро", "Сергійович", 1990, false},
		{"halyna", "Тестенко", "Галина", "Михайлівна", 1951, true},
		{"bohdan", "Прикладний", "Богдан", "Юрійович", 1986, false},
		{"kateryna", "Зразкова", "Катерина", "Вікторівна", 1993, true},
		{"yurii", "Пробний", "Юрій", "Олександрович", 1976, false},
		{"lesia", "Умовна", "Леся", "Тарасівна", 1997, true},
		{"viktor", "Навчальний", "Віктор", "Григорович", 1964, false},
		{"daryna", "Макетна", "Дарина", "Богданівна", 2001, true},
		{"roman", "Показовий", "Роман", "Ярославович", 1981, false},
		{"solomiia", "Випробна", "Соломія", "Остапівна", 1987, true},
		{"yevhen", "Демонстраційний", "Євген", "Павлович", 1974, false},
	}
	people := make([]PersonSpec, 0, len(citizens)+6)
	for i, c := range citizens {
		birth := time.Date(c.year, time.Month(1+i%12), 3+i, 0, 0, 0, 0, time.UTC)
		people = append(people, PersonSpec{
			Name: c.name, Surname: c.surname, GivenName: c.given, Patronymic: c.patronymic,
			RNOKPP: RNOKPP(birth, 900+i, c.female), UNZR: unzr(birth, 90000+i), Roles: []Role{Citizen}, Key: P256,
		})
	}
	people[1].Key, people[4].Key = RSA2048, P384
	people[3].RNOKPP, people[3].Document = "", "900000123"
	return append(people, defaultStaff()...)
}

func defaultStaff() []PersonSpec {
	staff := []struct {
		name, surname, given, patronymic, title string
		female                                  bool
		role                                    Role
	}{
		{"officer-waw", "Консульська", "Ганна", "Тестівна", "Консул (демо)", true, Officer},
		{"officer-ber", "Віконний", "Павло", "Зразкович", "Консул (демо)", false, Officer},
		{"analyst-one", "Перевірна", "Юлія", "Пробівна", "Аналітик (демо)", true, Analyst},
		{"analyst-two", "Уважний", "Степан", "Умовович", "Аналітик (демо)", false, Analyst},
		{"administrator", "Налаштовна", "Ольга", "Макетівна", "Адміністратор (демо)", true, Administrator},
		{"auditor", "Незалежний", "Лев", "Показович", "Аудитор (демо)", false, Auditor},
	}
	people := make([]PersonSpec, 0, len(staff))
	for i, s := range staff {
		birth := time.Date(1970+3*i, time.Month(2+i), 11+i, 0, 0, 0, 0, time.UTC)
		people = append(people, PersonSpec{
			Name: s.name, Surname: s.surname, GivenName: s.given, Patronymic: s.patronymic,
			RNOKPP: RNOKPP(birth, 950+i, s.female), UNZR: unzr(birth, 95000+i),
			EDRPOU: InstitutionEDRPOU, Organisation: institutionName, Title: s.title,
			Roles: []Role{s.role}, Key: P256,
		})
	}
	return people
}

func unzr(birth time.Time, serial int) string {
	return fmt.Sprintf("%s-%05d", birth.Format("20060102"), serial)
}
