package configs

import (
	"time"

	"chesna/booking/capacity"
)

// Kinds of post.
const (
	KindEmbassy          = "embassy"
	KindConsulateGeneral = "consulate-general"
	KindConsulate        = "consulate"
)

// Consulate is one Ukrainian post abroad.
type Consulate struct {
	ID      string  `yaml:"id"`   // [a-z0-9]{2,8}
	Kind    string  `yaml:"kind"` // KindEmbassy, …
	City    Text    `yaml:"city"`
	Country Country `yaml:"country"`
	// Timezone is an IANA name; Location is the same, loaded.
	Timezone string         `yaml:"timezone"`
	Location *time.Location `yaml:"-"`
	// District is what the post serves. An entry without regions means the whole
	// country, or what other posts with regions leave of it.
	District  []District `yaml:"district"`
	Languages []string   `yaml:"languages"` // ISO 639-1; Ukrainian always among them
	// Workdays are the post's working weekdays, in order.
	Workdays []capacity.Weekday `yaml:"workdays"`
	// Holidays are the post's own, beside those of its country.
	Holidays []Holiday     `yaml:"holidays,omitempty"`
	Terminal bool          `yaml:"terminal"` // a terminal in the hall (pool kiosk)
	Pool     capacity.Pool `yaml:"pool"`     // of its online seats: open or draw
	Address  *Text         `yaml:"address,omitempty"`
}

// Country is a country's code and names.
type Country struct {
	Code string `yaml:"code"` // ISO 3166-1 alpha-2
	UK   string `yaml:"uk"`
	EN   string `yaml:"en"`
}

// Name is the country's name in both languages.
func (c Country) Name() Text { return Text{UK: c.UK, EN: c.EN} }

// District is a country, or some regions of it.
type District struct {
	Country string   `yaml:"country"`           // ISO 3166-1 alpha-2
	Regions []string `yaml:"regions,omitempty"` // ISO 3166-2
}

// Holiday is a public holiday.
type Holiday struct {
	Date capacity.Date `yaml:"date"`
	UK   string        `yaml:"uk"`
	EN   string        `yaml:"en"`
}

// Holidays are the public holidays of each country by its code.
type Holidays map[string][]Holiday

// Group is services that share an appointment length.
type Group struct {
	ID      string `yaml:"id"` // [a-z0-9]{2,12}
	Title   Text   `yaml:"title"`
	Minutes int    `yaml:"minutes"` // the slot, a multiple of booking.gridMinutes
}

// Reason is a reason code of the front office.
type Reason struct {
	Code  string `yaml:"code"` // two digits
	Title Text   `yaml:"title"`
}

// Who may ask for a service.
const (
	ApplicantsSelf  = "self"  // only the person who signs
	ApplicantsChild = "child" // a parent or guardian, for a child
	ApplicantsAny   = "any"   // for oneself or for another person
)

// Service is one consular action.
type Service struct {
	ID         string   `yaml:"id"` // [a-z0-9-]{2,32}
	Group      string   `yaml:"group"`
	Title      Text     `yaml:"title"`
	Minutes    int      `yaml:"minutes"` // equal to the group's
	Documents  []Text   `yaml:"documents"`
	Fee        Fee      `yaml:"fee"`
	Applicants string   `yaml:"applicants"` // ApplicantsSelf, …
	WhoMay     Text     `yaml:"whoMay"`
	Presence   bool     `yaml:"presence"` // the applicant must come in person
	Reasons    []string `yaml:"reasons,omitempty"`
}

// Fee is the consular fee. The use of the queue itself is free.
type Fee struct {
	Amount   string `yaml:"amount"`   // decimal; "0" for free
	Currency string `yaml:"currency"` // ISO 4217
	// Informational is true when the post may ask for another sum.
	Informational bool `yaml:"informational"`
	Note          Text `yaml:"note"`
}
