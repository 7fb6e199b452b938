package web

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"chesna/api"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/capacity"
)

// weekToSign is a short week that waits for the officer's signature; it travels through the form.
type weekToSign struct {
	Plan     booking.WeekPlan `json:"plan"`
	Revision int64            `json:"revision"`
}

type weekSignData struct {
	Post     booking.Consulate
	ISO      string
	Document string
	Carry    string
	Reason   string
}

func (v *visit) showWeekSign(status int, post booking.Consulate, w capacity.ISOWeek, s weekToSign, document []byte, faults []fault) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	p := v.view("week.sign.title")
	p.Active, p.Faults = "weeks", faults
	p.Path, p.Query = "/weeks/"+string(post.ID)+"/"+w.String(), ""
	p.Back = p.Path
	p.Data = weekSignData{post, w.String(), string(document), base64.StdEncoding.EncodeToString(raw), s.Plan.Reason}
	return v.show(status, "week-sign", p)
}

// carried reads a short week out of a form.
func (v *visit) carried() (weekToSign, error) {
	var s weekToSign
	raw, err := base64.StdEncoding.DecodeString(v.FormValue("carry"))
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err = d.Decode(&s); err == nil && d.More() {
			err = errBadForm
		}
	}
	if err != nil {
		return s, problem.Refuse(problem.CodeMalformedRequest, "")
	}
	return s, nil
}

// signWeek publishes a short week with its signed reason.
func signWeek(v *visit) error {
	post, w, err := v.weekOf()
	if err != nil {
		return err
	}
	signature, field, wrong, err := v.signature()
	if err != nil {
		return err
	}
	s, err := v.carried()
	if err != nil {
		return err
	}
	if err := v.site.Server.Admit(v.Context, api.ClassSignature); err != nil {
		return err
	}
	s.Plan.Signature = signature
	_, err = v.site.Bookings.PublishWeek(v.Request().Context(), v.session, post.ID, w.String(), s.Revision, s.Plan)
	if err == nil {
		return v.to("/weeks/" + string(post.ID) + "/" + w.String() + "?done=published")
	}
	var refusal *booking.Error
	if errors.As(err, &refusal) && refusal.Code == booking.CodeBelowMinimum {
		return v.showWeekSign(http.StatusUnprocessableEntity, post, w, s, refusal.Document, []fault{{field, v.t(cmp.Or(wrong, "sign.fault.form"))}})
	}
	if faults, status, ok := v.refused(err, field, nil); ok && booking.CodeOf(err) == "" {
		document, e := v.shortWeekDocument(post, w, s)
		if e != nil {
			return e
		}
		return v.showWeekSign(status, post, w, s, document, faults)
	}
	return v.refuseWeek(err, post, w, weekFormOf(s.Plan, s.Revision))
}

// shortWeekDocument asks again what has to be signed: the same plan gives the same text.
func (v *visit) shortWeekDocument(post booking.Consulate, w capacity.ISOWeek, s weekToSign) ([]byte, error) {
	s.Plan.Signature = nil
	_, err := v.site.Bookings.PublishWeek(v.Request().Context(), v.session, post.ID, w.String(), s.Revision, s.Plan)
	var refusal *booking.Error
	if errors.As(err, &refusal) && refusal.Code == booking.CodeBelowMinimum {
		return refusal.Document, nil
	}
	return nil, err
}

// weekDocument is the text as a file.
func weekDocument(v *visit) error {
	post, w, err := v.weekOf()
	if err != nil {
		return err
	}
	s, err := v.carried()
	if err != nil {
		return err
	}
	document, err := v.shortWeekDocument(post, w, s)
	if err != nil {
		return err
	}
	return v.file("chesna-"+string(post.ID)+"-"+w.String()+".txt", "text/plain; charset=utf-8", document)
}
