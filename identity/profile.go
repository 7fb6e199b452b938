package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Person answers what identity knows about a person, for that person.
func (s *Service) Person(ctx context.Context, id uuid.UUID) (Person, error) {
	r, err := s.d.Persons.Person(ctx, id)
	if err != nil {
		return Person{}, fmt.Errorf("load person: %w", err)
	}
	p := Person{ID: id, Country: r.Country, Language: r.Language}
	if r.Names != nil {
		if err := s.openJSON(SealNames, id[:], r.Names, &p.Names); err != nil {
			return Person{}, err
		}
	}
	if r.Email != nil {
		address, err := s.d.Sealer.Open(SealEmail, id[:], r.Email)
		if err != nil {
			return Person{}, fmt.Errorf("open address: %w", err)
		}
		p.Email, p.EmailVerified = string(address), !r.EmailVerifiedAt.IsZero()
	}
	if !r.CountrySetAt.IsZero() {
		p.CountryChangeableAt = r.CountrySetAt.Add(s.d.Policy.CountryInterval)
	}
	return p, nil
}

// SetCountry declares the country of stay. The first time is free; afterwards once per
// Policy.CountryInterval (90 days), else CodeCountryFixed. Sessions learn of it by Reissue or Refresh.
func (s *Service) SetCountry(ctx context.Context, person uuid.UUID, country string) (Person, error) {
	country = compact(country)
	if !KnownCountry(country) {
		return Person{}, &Error{Code: CodeInvalid, Fields: []FieldError{{"/country", "unknown", "a country by its two letters of ISO 3166-1"}}}
	}
	p, err := s.Person(ctx, person)
	if err != nil || p.Country == country {
		return p, err
	}
	now := s.d.Now()
	if err := s.d.Persons.SetCountry(ctx, person, country, now, now.Add(-s.d.Policy.CountryInterval)); err != nil {
		if CodeOf(err) == CodeCountryFixed {
			return Person{}, &Error{
				Code: CodeCountryFixed, Cause: err, RetryAfter: max(p.CountryChangeableAt.Sub(now), time.Second),
				Detail: "the country can be changed again on " + p.CountryChangeableAt.UTC().Format(dateLayout),
			}
		}
		return Person{}, fmt.Errorf("set country: %w", err)
	}
	return s.Person(ctx, person)
}

// SetLanguage chooses the language of mails and notices: "uk" or "en".
func (s *Service) SetLanguage(ctx context.Context, person uuid.UUID, language string) error {
	if language != "uk" && language != "en" {
		return &Error{Code: CodeInvalid, Fields: []FieldError{{"/language", "unknown", "uk or en"}}}
	}
	if err := s.d.Persons.SetLanguage(ctx, person, language, s.d.Now()); err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	return nil
}

// countries are the two-letter codes of ISO 3166-1, officially assigned, and XK (Kosovo), user-assigned.
const countries = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ" +
	" CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR" +
	" GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP" +
	" KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT" +
	" MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW" +
	" SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG" +
	" UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "

// KnownCountry tells whether the code is a country's.
func KnownCountry(code string) bool {
	return len(code) == 2 && strings.Contains(countries, " "+code+" ")
}
