package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

// wished reads the wish of the address; who comes to change an entry finds what she chose before.
func (v *visit) wished() (wish, *wave.Entry, error) {
	q, err := url.ParseQuery(v.Request().URL.RawQuery)
	if err != nil {
		return wish{}, nil, errBadForm
	}
	w, err := v.readWish(q)
	if err != nil {
		return w, nil, err
	}
	e, err := v.site.Draws.Entry(v.Request().Context(), v.session, w.ID)
	switch {
	case booking.CodeOf(err) == booking.CodeEntryAbsent:
		return w, nil, nil
	case err != nil:
		return w, nil, err
	case e.Entry.State != wave.EntryLive:
		return w, nil, nil
	}
	if len(q) == 0 {
		w = v.wishOf(w.lot, e.Entry)
	}
	return w, &e.Entry, nil
}

type windowsData struct {
	wish
	Presets   []option // buttons that mark windows
	Standing  wave.Standing
	Paused    bool
	Changes   bool // there is a live entry here
	Policy    wave.Policy
	Elsewhere *wave.EntryView // a live entry in another draw of the group, which this one would end
	Leaving   lot             // its draw
}

// windowsPage is the first step of entering: when she can come.
func windowsPage(v *visit) error {
	w, e, err := v.wished()
	if err != nil {
		return err
	}
	switch preset := v.QueryParam("preset"); preset {
	case "am", "pm", "any":
		w.Windows = w.preset(preset)
	}
	return v.showWindows(http.StatusOK, w, e != nil, nil)
}

// preset are the numbers of the windows that lie wholly in the mornings or afternoons, or of all.
func (w wish) preset(name string) (out []int) {
	for _, s := range w.Spans {
		if name == "any" || name == "am" && s.Morning || name == "pm" && s.Evening {
			out = append(out, s.Number)
		}
	}
	return out
}

func (v *visit) showWindows(status int, w wish, changes bool, faults []fault) error {
	if !w.Open {
		return v.to("/draws/" + string(w.ID)) // which says when entries are taken
	}
	d := windowsData{wish: w, Changes: changes, Policy: v.site.Release}
	var err error
	if d.Standing, err = v.site.Draws.Prospect(v.Request().Context(), v.session, w.Wave.Group); err != nil {
		return err
	}
	d.Paused = d.Standing.PausedUntil.After(v.site.Server.Now())
	d.Standing.PausedUntil = d.Standing.PausedUntil.In(w.Post.Location)
	if d.Elsewhere, err = v.elsewhere(w); err != nil {
		return err
	}
	if d.Elsewhere != nil {
		if d.Leaving, err = v.lot(d.Elsewhere.Wave); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"am": v.t("enter.preset.am"), "pm": v.t("enter.preset.pm"), "any": v.t("enter.preset.any")} {
		if len(w.preset(name)) > 0 {
			d.Presets = append(d.Presets, option{Value: name, Text: text})
		}
	}
	slices.SortFunc(d.Presets, func(a, b option) int {
		return slices.Index([]string{"am", "pm", "any"}, a.Value) - slices.Index([]string{"am", "pm", "any"}, b.Value)
	})
	p := v.view("enter.windows.title")
	p.Active, p.Back, p.Faults = "draws", "/draws/"+string(w.ID), faults
	p.Path, p.Query, p.Data = w.Step(""), w.Query(), d
	return v.show(status, "enter-windows", p)
}

// elsewhere is the person's live entry in another draw of the group: a new one ends it. Nil: there is none.
func (v *visit) elsewhere(w wish) (*wave.EntryView, error) {
	list, err := v.site.Draws.Entries(v.Request().Context(), v.session)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.Entry.State == wave.EntryLive && e.Wave.Group == w.Wave.Group && e.Entry.Wave != w.ID {
			return &e, nil
		}
	}
	return nil, nil
}

// candidate is somebody who could come, with the services of the group that can be asked for her.
type candidate struct {
	Who      string
	Name     string
	Services []booking.Service
	Chosen   bool
	Service  booking.ServiceID
}

type whoData struct {
	wish
	People []candidate
	Most   int // persons of one entry
}

// whoPage is the second step: who comes. An appointment that is to be replaced says it itself.
func whoPage(v *visit) error {
	w, e, err := v.wished()
	switch {
	case err != nil:
		return err
	case len(w.Windows) == 0:
		return v.showWindows(http.StatusUnprocessableEntity, w, e != nil, []fault{{"w", v.t("fault.windows")}})
	case w.Moves != uuid.Nil:
		return v.to(w.Step("/sign") + w.Query())
	}
	return v.showWho(http.StatusOK, w, nil)
}

func (v *visit) showWho(status int, w wish, faults []fault) error {
	d := whoData{wish: w, Most: wave.MaxSize}
	var err error
	if d.People, err = v.candidates(w); err != nil {
		return err
	}
	p := v.view("enter.who.title")
	p.Active, p.Back, p.Faults = "draws", w.Step("")+w.Query(), faults
	p.Path, p.Query, p.Data = w.Step("/who"), w.Query(), d
	return v.show(status, "enter-who", p)
}

// candidates are the person herself and those whom she has declared, as far as a service of the group is for them.
func (v *visit) candidates(w wish) ([]candidate, error) {
	known, err := v.site.People.Applicants(v.Request().Context(), v.session.Person)
	if err != nil {
		return nil, err
	}
	var own, child, other []booking.Service
	for _, s := range v.site.Catalogue.Services() {
		if s.Group != w.Wave.Group {
			continue
		}
		if s.Applicants != booking.ForChild {
			own = append(own, s)
		}
		if s.Applicants != booking.ForSelf {
			child = append(child, s)
		}
		if s.Applicants == booking.ForAny {
			other = append(other, s)
		}
	}
	all := []candidate{{Who: self, Name: v.t("applicant.self"), Services: own}}
	for _, a := range known {
		services := child
		if a.Applicant.Relation == identity.RelationOther {
			services = other
		}
		all = append(all, candidate{Who: a.Person.String(), Name: a.Applicant.Names.Full(), Services: services})
	}
	for i := range all {
		for _, m := range w.Members {
			if m.Who == all[i].Who {
				all[i].Chosen, all[i].Service = true, m.Service
			}
		}
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return len(c.Services) == 0 }), nil
}

// Others tells whether the group has services that can be asked for another person than a child.
func (d whoData) ForOther(services []booking.Service) bool {
	return slices.ContainsFunc(services, func(s booking.Service) bool { return s.Applicants == booking.ForAny })
}

type newMemberData struct {
	wish
	Other bool // somebody else than a child or ward can be asked for
}

// newMemberPage asks for another person who would come.
func newMemberPage(v *visit) error {
	w, _, err := v.wished()
	if err != nil {
		return err
	}
	return v.showNewMember(http.StatusOK, w, nil, url.Values{})
}

func (v *visit) showNewMember(status int, w wish, faults []fault, typed url.Values) error {
	d := newMemberData{wish: w}
	for _, s := range v.site.Catalogue.Services() {
		d.Other = d.Other || s.Group == w.Wave.Group && s.Applicants == booking.ForAny
	}
	p := v.view("enter.person.title")
	p.Active, p.Back, p.Faults, p.Typed = "draws", w.Step("/who")+w.Query(), faults, typed
	p.Path, p.Query, p.Data = w.Step("/person"), w.Query(), d
	return v.show(status, "enter-person", p)
}

// newMember checks and keeps another person and goes back to the choice of who comes, with her among them.
func newMember(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	w, err := v.carriedWish()
	if err != nil {
		return err
	}
	a := typedApplicant(form)
	if !slices.Contains([]string{"child", "ward", "other"}, a.Relation) {
		return v.showNewMember(http.StatusUnprocessableEntity, w, []fault{{"relation", v.t("fault.relation")}}, form)
	}
	id, err := v.site.People.ResolveApplicant(v.Request().Context(), v.session.Person, a)
	if err != nil {
		faults, status, ok := v.refused(err, "surname", applicantFields())
		if !ok {
			return err
		}
		return v.showNewMember(status, w, faults, form)
	}
	if !slices.ContainsFunc(w.Members, func(m member) bool { return m.Who == id.String() }) {
		w.Members = append(w.Members, member{Who: id.String()})
	}
	return v.to(w.Step("/who") + w.Query())
}

// carriedWish reads the wish out of a form.
func (v *visit) carriedWish() (wish, error) {
	q, err := url.ParseQuery(v.FormValue("carry"))
	if err != nil {
		return wish{}, errBadForm
	}
	return v.readWish(q)
}
