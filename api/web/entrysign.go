package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

type entrySignData struct {
	wish
	Names    []namedMember
	Moved    *appointmentData // what is to be replaced
	Document string
	Policy   wave.Policy
}

// namedMember is somebody who would come, in words.
type namedMember struct {
	Name    string // empty: herself
	Service booking.Service
}

// entrySignPage is the last step: what was chosen, and exactly what will be signed.
func entrySignPage(v *visit) error {
	w, e, err := v.wished()
	switch {
	case err != nil:
		return err
	case len(w.Windows) == 0:
		return v.showWindows(http.StatusUnprocessableEntity, w, e != nil, []fault{{"w", v.t("fault.windows")}})
	case len(w.Members) == 0 && w.Moves == uuid.Nil:
		return v.showWho(http.StatusUnprocessableEntity, w, []fault{{"who", v.t("fault.who")}})
	}
	return v.showEntrySign(http.StatusOK, w, nil)
}

func (v *visit) showEntrySign(status int, w wish, faults []fault) error {
	document, err := v.wishDocument(w)
	if err != nil {
		return v.refusedWish(w, err)
	}
	d := entrySignData{wish: w, Document: string(document), Policy: v.site.Release}
	if err := v.nameWish(w, &d); err != nil {
		return err
	}
	p := v.view("enter.sign.title")
	p.Active, p.Back, p.Faults = "draws", w.Step("/who")+w.Query(), faults
	if w.Moves != uuid.Nil {
		p.Back = w.Step("") + w.Query()
	}
	p.Path, p.Query, p.Data = w.Step("/sign"), w.Query(), d
	return v.show(status, "enter-sign", p)
}

// nameWish says in words who comes, or which appointment is to be replaced.
func (v *visit) nameWish(w wish, d *entrySignData) error {
	if w.Moves != uuid.Nil {
		a, err := v.site.Bookings.Appointment(v.Request().Context(), v.session, w.Moves)
		if err != nil {
			return err
		}
		one, err := v.describe(a)
		d.Moved = &one
		return err
	}
	people, err := v.candidates(w)
	if err != nil {
		return err
	}
	for _, m := range w.Members {
		svc, err := v.site.Catalogue.Service(m.Service)
		if err != nil {
			return err
		}
		n := namedMember{Service: svc}
		for _, c := range people {
			if c.Who == m.Who && m.Who != self {
				n.Name = c.Name
			}
		}
		d.Names = append(d.Names, n)
	}
	return nil
}

// wishDocument asks what would have to be signed: the same wish gives the same text.
func (v *visit) wishDocument(w wish) ([]byte, error) {
	r, err := v.request(w)
	if err != nil {
		return nil, err
	}
	_, err = v.site.Draws.Enter(v.Request().Context(), v.session, w.ID, r)
	return textToSign(err)
}

// textToSign takes the text out of the refusal of a request without a signature.
func textToSign(err error) ([]byte, error) {
	var refusal *booking.Error
	if errors.As(err, &refusal) && refusal.Code == booking.CodeSignatureNeeded {
		return refusal.Document, nil
	}
	if err == nil {
		err = errors.New("what needs a signature was done without one")
	}
	return nil, err
}

// refusedWish shows a refusal at the step where it can be put right, or as a problem.
func (v *visit) refusedWish(w wish, err error) error {
	pr := problem.Of(err, string(v.lang), "")
	pointer := ""
	if len(pr.Errors) > 0 {
		pointer = pr.Errors[0].Pointer
	}
	text := pr.Title + ". " + pr.Detail
	switch {
	case pr.Status >= http.StatusInternalServerError || pr.Status == http.StatusUnauthorized:
		return err
	case strings.HasPrefix(pointer, "/windows"):
		return v.showWindows(http.StatusUnprocessableEntity, w, false, []fault{{"w", v.t("fault.windows")}})
	case w.Moves != uuid.Nil:
		return err
	case booking.CodeOf(err) == booking.CodeInvalid && strings.HasPrefix(pointer, "/members"):
		text = v.t("fault.who")
		if len(w.Members) > wave.MaxSize {
			text = v.t("fault.who.many", "Most", wave.MaxSize)
		}
	case booking.CodeOf(err) == booking.CodeUnknownService:
		text = v.t("fault.service")
	}
	if strings.HasPrefix(pointer, "/members") {
		return v.showWho(pr.Status, w, []fault{{"who", text}})
	}
	return err
}

// entryDocument is the text as a file: the very bytes to sign.
func entryDocument(v *visit) error {
	w, _, err := v.wished()
	if err != nil {
		return err
	}
	document, err := v.wishDocument(w)
	if err != nil {
		return err
	}
	return v.file("chesna-"+string(w.ID)+".txt", "text/plain; charset=utf-8", document)
}

// signEntry enters: the signature over the text of the wish. The same signature again gives the same page.
func signEntry(v *visit) error {
	signature, field, wrong, err := v.signature()
	if err != nil {
		return err
	}
	w, err := v.carriedWish()
	if err != nil {
		return err
	}
	if wrong != "" {
		return v.showEntrySign(http.StatusUnprocessableEntity, w, []fault{{field, v.t(wrong)}})
	}
	if err := v.site.Server.Admit(v.Context, api.ClassSignature); err != nil {
		return err
	}
	r, err := v.request(w)
	if err != nil {
		return err
	}
	r.Signature = signature
	_, err = v.site.Draws.Enter(v.Request().Context(), v.session, w.ID, r)
	if err == nil {
		return v.to("/draws/" + string(w.ID) + "/entry?done=entered")
	}
	if faults, status, ok := v.badSignature(err, field); ok {
		return v.showEntrySign(status, w, faults)
	}
	return v.refusedWish(w, err)
}

// badSignature tells whether a refusal is about the signature, with the lines that say so beside its field.
func (v *visit) badSignature(err error, field string) ([]fault, int, bool) {
	switch codeOf(err) {
	case string(identity.CodeSignatureRejected), string(identity.CodeSignerMismatch), string(booking.CodeSignatureReused):
		return v.refused(err, field, nil)
	}
	return nil, 0, false
}
