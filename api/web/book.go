package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"chesna/api/problem"
	"chesna/booking"
	"chesna/identity"
)

// choice is what has been chosen so far; it stands in the address of the steps and holds nothing personal.
type choice struct {
	Post      booking.Consulate
	Service   booking.Service
	Minutes   int
	Applicant uuid.UUID // uuid.Nil: for oneself, or not chosen yet
	For       string    // "self", an applicant's identifier, or empty: not chosen yet
}

// Query carries the choice to the next step.
func (c choice) Query() string {
	q := url.Values{}
	for name, value := range map[string]string{"consulate": string(c.Post.ID), "service": string(c.Service.ID), "for": c.For} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "?" + q.Encode()
}

type consulateChoice struct {
	Posts   []booking.Consulate
	Country string
}

// bookConsulate is the first step: the posts of the person's country of stay.
func bookConsulate(v *visit) error {
	person, err := v.site.People.Person(v.Request().Context(), v.session.Person)
	if err != nil {
		return err
	}
	p := v.view("book.consulate.title")
	p.Active = "book"
	p.Typed.Set("consulate", v.QueryParam("consulate"))
	p.Data = consulateChoice{Posts: v.postsFor(person), Country: person.Country}
	return v.show(http.StatusOK, "book-consulate", p)
}

// chosenPost reads the post of the address; without one the first step is shown with a fault.
func (v *visit) chosenPost() (booking.Consulate, error) {
	return v.site.Catalogue.Consulate(booking.ConsulateID(v.param("consulate")))
}

// param is a value of the form or of the address.
func (v *visit) param(name string) string { return v.FormValue(name) }

type serviceChoice struct {
	choice
	Services []booking.Service
	Mine     map[booking.GroupID]bool // groups in which the person herself is booked
}

// bookService is the second step.
func bookService(v *visit) error {
	if v.param("consulate") == "" {
		return v.missing("book.consulate.title", "book-consulate", "consulate", "fault.consulate", func(p *view) error {
			person, err := v.site.People.Person(v.Request().Context(), v.session.Person)
			p.Path, p.Query, p.Data = "/book", "", consulateChoice{Posts: v.postsFor(person), Country: person.Country}
			return err
		})
	}
	post, err := v.chosenPost()
	if err != nil {
		return err
	}
	p := v.view("book.service.title")
	p.Active, p.Back = "book", "/book?consulate="+string(post.ID)
	p.Typed.Set("service", v.param("service"))
	if p.Data, err = v.services(post); err != nil {
		return err
	}
	return v.show(http.StatusOK, "book-service", p)
}

// missing shows a step again because nothing was chosen on it.
func (v *visit) missing(title, page, field, text string, fill func(*view) error) error {
	p := v.view(title)
	p.Active, p.Faults = "book", []fault{{field, v.t(text)}}
	if err := fill(&p); err != nil {
		return err
	}
	return v.show(http.StatusUnprocessableEntity, page, p)
}

// chosen reads what the steps before have chosen; the applicant must be one whom this person has declared.
func (v *visit) chosen() (choice, error) {
	post, err := v.chosenPost()
	if err != nil {
		return choice{}, err
	}
	svc, err := v.site.Catalogue.Service(booking.ServiceID(v.param("service")))
	if err != nil {
		return choice{}, err
	}
	group, err := v.site.Catalogue.Group(svc.Group)
	if err != nil {
		return choice{}, err
	}
	c := choice{Post: post, Service: svc, Minutes: group.Minutes, For: v.param("for")}
	switch {
	case svc.Applicants == booking.ForSelf || (c.For == "" && svc.Applicants == booking.ForAny):
		c.For = keepFor(svc, c.For)
	case c.For == "self" && svc.Applicants == booking.ForChild:
		c.For = ""
	case c.For != "" && c.For != "self":
		if c.Applicant, err = uuid.Parse(c.For); err != nil {
			return choice{}, problem.Refuse(problem.CodeMalformedRequest, "")
		}
	}
	return c, nil
}

// keepFor is for whom a service is asked when only one answer is possible.
func keepFor(svc booking.Service, given string) string {
	if svc.Applicants == booking.ForSelf {
		return "self"
	}
	return given
}

type applicantChoice struct {
	choice
	Self  bool // oneself can be chosen
	Known []option
}

// applicantPage is the third step: for whom. It passes by when there is nothing to choose.
func applicantPage(v *visit) error {
	if v.param("service") == "" {
		post, err := v.chosenPost()
		if err != nil {
			return err
		}
		return v.missing("book.service.title", "book-service", "service", "fault.service", func(p *view) error {
			p.Back, p.Path, p.Query = "/book?consulate="+string(post.ID), "/book/service", "?consulate="+string(post.ID)
			p.Data, err = v.services(post)
			return err
		})
	}
	c, err := v.chosen()
	if err != nil {
		return err
	}
	if c.Service.Applicants == booking.ForSelf {
		return v.to("/book/time" + c.Query())
	}
	return v.showApplicant(http.StatusOK, c, nil)
}

func (v *visit) showApplicant(status int, c choice, faults []fault) error {
	d := applicantChoice{choice: c, Self: c.Service.Applicants == booking.ForAny}
	list, err := v.site.People.Applicants(v.Request().Context(), v.session.Person)
	if err != nil {
		return err
	}
	for _, a := range list {
		if c.Service.Applicants == booking.ForChild && a.Applicant.Relation == "other" {
			continue
		}
		d.Known = append(d.Known, option{Value: a.Person.String(), Text: a.Applicant.Names.Full()})
	}
	if len(d.Known) == 0 && !d.Self {
		return v.to("/book/applicant/new" + c.Query())
	}
	p := v.view("applicant.title")
	p.Active, p.Back, p.Faults = "book", "/book/service"+c.Query(), faults
	p.Path, p.Query = "/book/applicant", c.Query()
	p.Typed.Set("for", c.For)
	p.Data = d
	return v.show(status, "applicant", p)
}

func chooseApplicant(v *visit) error {
	who := v.FormValue("for")
	if who == "new" {
		v.Request().Form.Set("for", "")
	}
	c, err := v.chosen()
	switch {
	case err != nil:
		return err
	case who == "new":
		return v.to("/book/applicant/new" + c.Query())
	case c.For == "":
		return v.showApplicant(http.StatusUnprocessableEntity, c, []fault{{"for", v.t("fault.for")}})
	}
	return v.to("/book/time" + c.Query())
}

// applicantFields are the fields of another person and the pointers that refusals use for them.
func applicantFields() map[string]string {
	return map[string]string{
		"/applicant/relation": "relation", "/applicant/surname": "surname", "/applicant/givenName": "given_name",
		"/applicant/patronymic": "patronymic", "/applicant/birthDate": "birth_day", "/applicant/unzr": "unzr",
		"/applicant/rnokpp": "rnokpp", "/applicant/birthCertificate": "birth_certificate", "/applicant": "unzr",
	}
}

func newApplicantPage(v *visit) error {
	c, err := v.chosen()
	if err != nil {
		return err
	}
	return v.showNewApplicant(http.StatusOK, c, nil, url.Values{})
}

func (v *visit) showNewApplicant(status int, c choice, faults []fault, typed url.Values) error {
	p := v.view("applicant.new.title")
	p.Active, p.Back, p.Faults, p.Typed = "book", "/book/service"+c.Query(), faults, typed
	p.Query = c.Query()
	if typed.Get("relation") == "" && c.Service.Applicants == booking.ForChild {
		p.Typed.Set("relation", "child")
	}
	p.Data = c
	return v.show(status, "applicant-new", p)
}

// newApplicant checks and keeps another person; the next steps know her by her identifier only.
func newApplicant(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	c, err := v.chosen()
	if err != nil {
		return err
	}
	a := typedApplicant(form)
	if !slices.Contains([]string{"child", "ward", "other"}, a.Relation) {
		return v.showNewApplicant(http.StatusUnprocessableEntity, c, []fault{{"relation", v.t("fault.relation")}}, form)
	}
	id, err := v.site.People.ResolveApplicant(v.Request().Context(), v.session.Person, a)
	if err != nil {
		faults, status, ok := v.refused(err, "surname", applicantFields())
		if !ok {
			return err
		}
		return v.showNewApplicant(status, c, faults, form)
	}
	c.For = id.String()
	return v.to("/book/time" + c.Query())
}

// typedApplicant is the person of the form.
func typedApplicant(form url.Values) identity.Applicant {
	return identity.Applicant{
		Relation:  form.Get("relation"),
		Names:     identity.Names{Surname: form.Get("surname"), GivenName: form.Get("given_name"), Patronymic: form.Get("patronymic")},
		BirthDate: isoDate(form.Get("birth_year"), form.Get("birth_month"), form.Get("birth_day")),
		UNZR:      form.Get("unzr"), RNOKPP: form.Get("rnokpp"), BirthCertificate: form.Get("birth_certificate"),
	}
}

// isoDate writes a day typed in three fields as YYYY-MM-DD; what is not a number stays wrong and is refused.
func isoDate(year, month, day string) string {
	pad := func(s string, n int) string {
		s = strings.TrimSpace(s)
		for len(s) < n {
			s = "0" + s
		}
		return s
	}
	if year == "" && month == "" && day == "" {
		return ""
	}
	return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
}
