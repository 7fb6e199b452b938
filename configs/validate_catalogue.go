package configs

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chesna/booking/capacity"
)

const maxText = 600 // runes of a public text

func between(lo, hi int) string { return "want " + strconv.Itoa(lo) + " to " + strconv.Itoa(hi) }

func checkText(f faults, at string, t Text) {
	for key, s := range map[string]string{"uk": t.UK, "en": t.EN} {
		n := utf8.RuneCountInString(s)
		f.want(strings.TrimSpace(s) != "", at+"/"+key, CodeRequired, "want a text in both languages")
		f.want(n <= maxText, at+"/"+key, CodeOutOfRange, "want at most "+strconv.Itoa(maxText)+" characters")
	}
}

// upper reports whether s is n letters A–Z.
func upper(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func checkCountry(f faults, at, code string) bool {
	ok := upper(code, 2)
	f.want(ok, at, CodeMalformed, "want an ISO 3166-1 code, like PL")
	return ok
}

func (c *Config) checkConsulates(f faults) {
	f.want(len(c.Consulates) > 0, "/consulates", CodeRequired, "want at least one post")
	ids := map[string]bool{}
	claims := map[string]bool{} // country, or region
	for i := range c.Consulates {
		p := &c.Consulates[i]
		at := ptr("consulates", i)
		checkCapacityErr(f, at+"/id", capacity.CheckConsulateID(p.ID))
		f.want(!ids[p.ID], at+"/id", CodeDuplicate, "the id is already used")
		ids[p.ID] = true
		p.check(f, at)
		for j, d := range p.District {
			checkDistrict(f, at+ptr("district", j), d, claims)
		}
		checkHolidays(f, at+"/holidays", p.Holidays)
	}
	for code, list := range c.Holidays {
		checkCountry(f, ptr("holidays", code), code)
		checkHolidays(f, ptr("holidays", code), list)
	}
}

func (p *Consulate) check(f faults, at string) {
	f.want(slices.Contains([]string{KindEmbassy, KindConsulateGeneral, KindConsulate}, p.Kind),
		at+"/kind", CodeUnknown, "want embassy, consulate-general or consulate")
	checkText(f, at+"/city", p.City)
	checkText(f, at+"/country", p.Country.Name())
	checkCountry(f, at+"/country/code", p.Country.Code)
	if p.Address != nil {
		checkText(f, at+"/address", *p.Address)
	}
	loc, err := time.LoadLocation(p.Timezone)
	if err != nil || !strings.Contains(p.Timezone, "/") {
		f.add(at+"/timezone", CodeUnknown, "want an IANA time zone, like Europe/Warsaw")
	} else {
		p.Location = loc
	}
	f.want(len(p.District) > 0, at+"/district", CodeRequired, "want at least one country")
	f.want(slices.Contains(p.Languages, "uk"), at+"/languages", CodeRequired, "want uk among the languages")
	for i, l := range p.Languages {
		f.want(len(l) == 2 && upper(strings.ToUpper(l), 2), at+ptr("languages", i), CodeMalformed, "want an ISO 639-1 code, like uk")
	}
	f.want(len(p.Workdays) > 0, at+"/workdays", CodeRequired, "want at least one working weekday")
	for i, d := range p.Workdays {
		f.want(i == 0 || p.Workdays[i-1] < d, at+ptr("workdays", i), CodeDuplicate, "want each weekday once, Monday first")
	}
	f.want(p.Pool == capacity.PoolOpen || p.Pool == capacity.PoolDraw, at+"/pool", CodeUnknown, "want open or draw")
}

// checkDistrict wants each region, and the rest of each country, claimed once.
func checkDistrict(f faults, at string, d District, claims map[string]bool) {
	if !checkCountry(f, at+"/country", d.Country) {
		return
	}
	if len(d.Regions) == 0 {
		f.want(!claims[d.Country], at+"/country", CodeConflict, "another post already has the whole country, or the rest of it")
		claims[d.Country] = true
	}
	for i, r := range d.Regions {
		here := at + ptr("regions", i)
		country, rest, ok := strings.Cut(r, "-")
		if !ok || country != d.Country || rest == "" || len(rest) > 3 {
			f.add(here, CodeMalformed, "want an ISO 3166-2 code of the country, like PL-14")
			continue
		}
		f.want(!claims[r], here, CodeConflict, "another post already has the region")
		claims[r] = true
	}
}

func checkHolidays(f faults, at string, list []Holiday) {
	for i, h := range list {
		f.want(h.Date.Valid(), at+ptr(i, "date"), CodeRequired, "want a date")
		checkText(f, at+ptr(i), Text{UK: h.UK, EN: h.EN})
		dup := slices.IndexFunc(list, func(o Holiday) bool { return o.Date == h.Date })
		f.want(dup == i, at+ptr(i, "date"), CodeDuplicate, "the date is already listed")
	}
}

func (c *Config) checkServices(f faults) {
	f.want(len(c.Groups) > 0, "/groups", CodeRequired, "want at least one service group")
	f.want(len(c.Services) > 0, "/services", CodeRequired, "want at least one service")
	groups := map[string]int{}
	for i, g := range c.Groups {
		at := ptr("groups", i)
		checkCapacityErr(f, at+"/id", capacity.CheckGroupID(g.ID))
		_, dup := groups[g.ID]
		f.want(!dup, at+"/id", CodeDuplicate, "the id is already used")
		groups[g.ID] = g.Minutes
		checkText(f, at+"/title", g.Title)
		f.want(g.Minutes >= capacity.MinSlot && g.Minutes <= capacity.MaxSlot, at+"/minutes", CodeOutOfRange,
			between(capacity.MinSlot, capacity.MaxSlot))
		f.want(c.Booking.GridMinutes < 1 || g.Minutes%c.Booking.GridMinutes == 0, at+"/minutes", CodeConflict,
			"want a multiple of booking.gridMinutes")
	}
	reasons := map[string]bool{}
	for i, r := range c.Reasons {
		at := ptr("reasons", i)
		f.want(len(r.Code) == 2 && strings.Trim(r.Code, "0123456789") == "", at+"/code", CodeMalformed, "want two digits")
		f.want(!reasons[r.Code], at+"/code", CodeDuplicate, "the code is already used")
		reasons[r.Code] = true
		checkText(f, at+"/title", r.Title)
	}
	ids := map[string]bool{}
	for i, s := range c.Services {
		at := ptr("services", i)
		f.want(!ids[s.ID], at+"/id", CodeDuplicate, "the id is already used")
		ids[s.ID] = true
		s.check(f, at, groups, reasons)
	}
}

func (s Service) check(f faults, at string, groups map[string]int, reasons map[string]bool) {
	form := regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,31}$`)
	f.want(form.MatchString(s.ID), at+"/id", CodeMalformed, "want 2 to 32 of a-z, 0-9 and -")
	minutes, ok := groups[s.Group]
	f.want(ok, at+"/group", CodeUnknown, "want a service group of this file")
	f.want(!ok || s.Minutes == minutes, at+"/minutes", CodeConflict, "want the minutes of the service group")
	checkText(f, at+"/title", s.Title)
	checkText(f, at+"/whoMay", s.WhoMay)
	f.want(len(s.Documents) > 0, at+"/documents", CodeRequired, "want at least one document")
	for i, d := range s.Documents {
		checkText(f, at+ptr("documents", i), d)
	}
	f.want(slices.Contains([]string{ApplicantsSelf, ApplicantsChild, ApplicantsAny}, s.Applicants),
		at+"/applicants", CodeUnknown, "want self, child or any")
	amount := regexp.MustCompile(`^(0|[1-9][0-9]{0,5})(\.[0-9]{2})?$`)
	f.want(amount.MatchString(s.Fee.Amount), at+"/fee/amount", CodeMalformed, "want an amount, like 30 or 12.50")
	f.want(upper(s.Fee.Currency, 3), at+"/fee/currency", CodeMalformed, "want an ISO 4217 code, like USD")
	checkText(f, at+"/fee/note", s.Fee.Note)
	for i, r := range s.Reasons {
		f.want(reasons[r], at+ptr("reasons", i), CodeUnknown, "want a reason code of this file")
	}
}

// checkCapacityErr turns the schedule's own fault into one of this file.
func checkCapacityErr(f faults, at string, err error) {
	var one *capacity.FieldError
	if errors.As(err, &one) {
		f.add(at, CodeMalformed, one.Detail)
	}
}
