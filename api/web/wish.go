package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

// wish is what a person has chosen for an entry so far. It stands in the address of the steps, names people by their
// random identifiers, and is carried through the form that takes the signature.
type wish struct {
	lot
	Windows []int // accepted, in the order of the week
	Cannot  bool  // her word that she can accept fewer than three windows only
	Members []member
	Moves   uuid.UUID // the appointment that is to be replaced; uuid.Nil: none
}

// member is somebody who would come: "self", or an applicant's identifier.
type member struct {
	Who     string
	Service booking.ServiceID
}

// self is the person herself among members.
const self = "self"

// enoughWindows is how many windows an entry accepts at least to have a lost draw counted.
const enoughWindows = 3

// readWish reads the wish of the address or of a form; windows and services that the draw does not have are left out.
func (v *visit) readWish(q url.Values) (wish, error) {
	one, err := v.lotOf()
	if err != nil {
		return wish{}, err
	}
	w := wish{lot: one, Cannot: q.Get("cannot") != ""}
	for _, win := range one.Wave.Windows {
		if slices.Contains(q["w"], strconv.Itoa(win.Number)) {
			w.Windows = append(w.Windows, win.Number)
		}
	}
	if len(w.Windows) >= enoughWindows || len(one.Wave.Windows) < enoughWindows {
		w.Cannot = false
	}
	if raw := q.Get("moves"); raw != "" {
		if w.Moves, err = uuid.Parse(raw); err != nil {
			return wish{}, problem.Refuse(problem.CodeMalformedRequest, "")
		}
		return w, nil
	}
	for _, who := range q["who"] {
		if len(w.Members) == wave.MaxSize+1 || slices.ContainsFunc(w.Members, func(m member) bool { return m.Who == who }) {
			continue
		}
		if _, err := uuid.Parse(who); err != nil && who != self {
			return wish{}, problem.Refuse(problem.CodeMalformedRequest, "")
		}
		w.Members = append(w.Members, member{who, booking.ServiceID(q.Get("service." + who))})
	}
	return w, nil
}

// values is the wish as readWish reads it.
func (w wish) values() url.Values {
	q := url.Values{}
	for _, n := range w.Windows {
		q.Add("w", strconv.Itoa(n))
	}
	if w.Cannot {
		q.Set("cannot", "yes")
	}
	if w.Moves != uuid.Nil {
		q.Set("moves", w.Moves.String())
	}
	for _, m := range w.Members {
		q.Add("who", m.Who)
		q.Set("service."+m.Who, string(m.Service))
	}
	return q
}

// Query carries the wish to the next step.
func (w wish) Query() string { return query(w.values().Encode()) }

// Carry is the wish in a field of a form.
func (w wish) Carry() string { return w.values().Encode() }

// Step is the path of a step of this draw.
func (w wish) Step(name string) string { return "/draws/" + string(w.ID) + "/enter" + name }

// hidden is a field that travels along.
type hidden struct{ Name, Value string }

// Others are the fields of the wish that a step does not ask for: the windows, or who comes.
func (w wish) Others(asked string) (out []hidden) {
	q := w.values()
	for _, name := range slices.Sorted(maps.Keys(q)) {
		ofWindows := name == "w" || name == "cannot"
		if ofWindows == (asked == "windows") && name != "moves" {
			continue
		}
		for _, value := range q[name] {
			out = append(out, hidden{name, value})
		}
	}
	return out
}

// Accepts tells whether the window of a number is chosen.
func (w wish) Accepts(number int) bool { return slices.Contains(w.Windows, number) }

// Chosen are the accepted windows in words.
func (w wish) Chosen() []span { return w.accepted(w.maskOf(w.Windows)) }

// Few tells whether so few windows are accepted that losing does not count without her word.
func (w wish) Few() bool {
	return len(w.Windows) < enoughWindows && len(w.Wave.Windows) >= enoughWindows
}

// request is the wish as booking takes it. Who is not an applicant that this person has declared is refused.
func (v *visit) request(w wish) (wave.EntryRequest, error) {
	r := wave.EntryRequest{Windows: w.Windows, Cannot: w.Cannot, Reschedules: w.Moves}
	if w.Moves != uuid.Nil || len(w.Members) == 0 {
		return r, nil
	}
	known, err := v.site.People.Applicants(v.Request().Context(), v.session.Person)
	if err != nil {
		return r, err
	}
	for _, m := range w.Members {
		q := wave.MemberRequest{Service: m.Service}
		if m.Who != self {
			i := slices.IndexFunc(known, func(a identity.DeclaredApplicant) bool { return a.Person.String() == m.Who })
			if i < 0 {
				return r, booking.Refuse(booking.CodeApplicantRefused, "no such applicant of this person")
			}
			q.Applicant = &known[i].Applicant
		}
		r.Members = append(r.Members, q)
	}
	return r, nil
}

// wishOf is the wish that a live entry came from.
func (v *visit) wishOf(one lot, e wave.Entry) wish {
	w := wish{lot: one, Moves: e.Reschedules}
	for _, win := range one.Wave.Windows {
		if e.Windows&win.Bit() != 0 {
			w.Windows = append(w.Windows, win.Number)
		}
	}
	w.Cannot = e.CountsLoss && w.Few()
	if w.Moves != uuid.Nil {
		return w
	}
	for _, m := range e.Members {
		who := m.Applicant.String()
		if m.Applicant == v.session.Person {
			who = self
		}
		w.Members = append(w.Members, member{who, m.Service})
	}
	return w
}
