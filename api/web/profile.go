package web

import (
	"net/http"
	"slices"
	"time"

	"chesna/api/locale"
	"chesna/booking"
	"chesna/identity"
)

// option is an entry of a list to choose from.
type option struct {
	Value string
	Text  string
	Hint  string
}

type countryData struct {
	Countries []option
	Current   string
	Fixed     bool // cannot be changed yet
	From      time.Time
}

// countryPage asks for the country of stay.
func countryPage(v *visit) error { return v.showCountry(http.StatusOK, nil, "") }

func (v *visit) showCountry(status int, faults []fault, typed string) error {
	person, err := v.site.People.Person(v.Request().Context(), v.session.Person)
	if err != nil {
		return err
	}
	p := v.view("country.title")
	p.Faults, p.Active = faults, "profile"
	p.Typed.Set("country", typed)
	if typed == "" {
		p.Typed.Set("country", person.Country)
	}
	p.Data = countryData{
		Countries: v.countries(), Current: person.Country, From: person.CountryChangeableAt,
		Fixed: person.Country != "" && v.site.Server.Now().Before(person.CountryChangeableAt),
	}
	return v.show(status, "country", p)
}

// countries are those that some post's district covers.
func (v *visit) countries() []option {
	var codes []string
	for _, c := range v.site.Catalogue.Consulates() {
		for _, d := range c.District {
			codes = append(codes, d.Country)
		}
	}
	slices.Sort(codes)
	var out []option
	for _, code := range slices.Compact(codes) {
		out = append(out, option{Value: code, Text: locale.Country(v.lang, code)})
	}
	return sorted(v.lang, out, func(o option) string { return o.Text })
}

func setCountry(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	code := form.Get("country")
	if !slices.ContainsFunc(v.countries(), func(o option) bool { return o.Value == code }) {
		return v.showCountry(http.StatusUnprocessableEntity, []fault{{"country", v.t("fault.country")}}, code)
	}
	ctx := v.Request().Context()
	person, err := v.site.People.SetCountry(ctx, v.session.Person, code)
	if err != nil {
		faults, status, ok := v.refused(err, "country", map[string]string{"/country": "country"})
		if !ok {
			return err
		}
		return v.showCountry(status, faults, code)
	}
	if err := v.renew(); err != nil {
		return err
	}
	if !person.EmailVerified {
		return v.to("/profile/email")
	}
	return v.to(v.takeReturn("/book"))
}

// renew gives the browser a token that knows what the person has declared now.
func (v *visit) renew() error {
	session, tokens, err := v.site.People.Reissue(v.Request().Context(), v.session)
	if err != nil {
		return err
	}
	v.session = session
	v.site.Server.SetTokens(v.Context, tokens)
	return nil
}

type emailData struct {
	Current  string
	Verified bool
}

// emailPage asks for the address to which notices go.
func emailPage(v *visit) error { return v.showEmail(http.StatusOK, nil, "") }

func (v *visit) showEmail(status int, faults []fault, typed string) error {
	person, err := v.site.People.Person(v.Request().Context(), v.session.Person)
	if err != nil {
		return err
	}
	p := v.view("email.title")
	p.Faults, p.Active = faults, "profile"
	p.Typed.Set("email", typed)
	p.Data = emailData{Current: person.Email, Verified: person.EmailVerified}
	return v.show(status, "email", p)
}

func setEmail(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	address := form.Get("email")
	if err := v.site.People.SetEmail(v.Request().Context(), v.session.Person, address); err != nil {
		faults, status, ok := v.refused(err, "email", map[string]string{"/email": "email"})
		if !ok {
			return err
		}
		return v.showEmail(status, faults, address)
	}
	return v.to("/profile/email/code")
}

// codePage asks for the code that was sent.
func codePage(v *visit) error { return v.showCode(http.StatusOK, nil, "") }

func (v *visit) showCode(status int, faults []fault, typed string) error {
	p := v.view("code.title")
	p.Faults, p.Back, p.Active = faults, "/profile/email", "profile"
	p.Typed.Set("code", typed)
	p.Data = int(v.site.MailCode.Minutes())
	return v.show(status, "code", p)
}

func verifyEmail(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	person, err := v.site.People.VerifyEmail(v.Request().Context(), v.session.Person, form.Get("code"))
	if err != nil {
		faults, status, ok := v.refused(err, "code", map[string]string{"/code": "code"})
		if !ok {
			return err
		}
		return v.showCode(status, faults, form.Get("code"))
	}
	if err := v.renew(); err != nil {
		return err
	}
	if person.Country == "" {
		return v.to("/profile/country")
	}
	return v.to(v.takeReturn("/book?done=email"))
}

// postsFor are the posts of the person's country of stay.
func (v *visit) postsFor(p identity.Person) []booking.Consulate {
	return sortedBy(v.lang, v.site.Catalogue.For(p.Country), func(c booking.Consulate) booking.Consulate { return c })
}
