package web

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"chesna/api/problem"
	"chesna/identity"
)

// demoCookie remembers which of the demo's people this browser signs as.
const demoCookie = "chesna_demo_person"

// demo mounts the demo's own pages: the signing helper and the mails that were sent.
func (s *Site) demo(get, post mount) {
	get("/demo/sign", demoStart)
	post("/demo/sign", demoChoose)
	post("/demo/sign/person", demoSign)
	get("/demo/mail", demoMail)
}

// demoData is a document on its way to a signature and back to the page it came from.
type demoData struct {
	Text     string
	Document string // base64, as it travels
	Action   string // path of the form that takes the signature, without the language
	Carry    string // what else that form needs: its hidden field "carry"
	People   []DemoPerson
	Chosen   string
	// Signed is the signature in base64, once there is one.
	Signed string
	Signer string
}

// demoStart says what the helper is for; documents come to it by POST.
func demoStart(v *visit) error {
	p := v.view("demo.sign.title")
	p.Data = demoData{}
	return v.show(http.StatusOK, "demo-start", p)
}

// travelling reads the document and where it goes to; the way back must be a page of this site.
func (v *visit) travelling() (demoData, []byte, error) {
	bad := func(pointer string) (demoData, []byte, error) {
		return demoData{}, nil, problem.Refuse(problem.CodeMalformedRequest, "", problem.Field{Pointer: pointer, Code: problem.FieldMalformed})
	}
	form, err := v.form()
	if err != nil {
		return demoData{}, nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(form.Get("document"))
	if err != nil || len(raw) == 0 || len(raw) > identity.MaxSignatureBytes || !utf8.Valid(raw) {
		return bad("/document")
	}
	if a := form.Get("action"); !safePath(a) || strings.HasPrefix(a, "/demo") {
		return bad("/action")
	}
	d := demoData{
		Text: string(raw), Document: form.Get("document"), Action: form.Get("action"), Carry: form.Get("carry"),
		People: v.site.Demo.Signer.People(),
	}
	if c, err := v.Cookie(demoCookie); err == nil {
		d.Chosen = c.Value
	}
	return d, raw, nil
}

func demoChoose(v *visit) error {
	d, _, err := v.travelling()
	if err != nil {
		return err
	}
	return v.showDemo(http.StatusOK, d, nil)
}

func (v *visit) showDemo(status int, d demoData, faults []fault) error {
	p := v.view("demo.sign.title")
	p.Path, p.Query, p.Faults, p.Data = "/demo/sign", "", faults, d
	return v.show(status, "demo-sign", p)
}

// demoSign signs and offers the way back by one form.
func demoSign(v *visit) error {
	d, raw, err := v.travelling()
	if err != nil {
		return err
	}
	name := v.FormValue("person")
	for _, p := range d.People {
		if p.Name == name {
			d.Signer = p.DisplayName
		}
	}
	if d.Signer == "" {
		return v.showDemo(http.StatusUnprocessableEntity, d, []fault{{"person", v.t("fault.person")}})
	}
	signature, err := v.site.Demo.Signer.Sign(v.Request().Context(), name, raw)
	if err != nil {
		return err
	}
	v.cookie(demoCookie, name, 12*time.Hour)
	d.Signed = base64.StdEncoding.EncodeToString(signature)
	p := v.view("demo.signed.title")
	p.Path, p.Query, p.Data = "/demo/sign", "", d
	return v.show(http.StatusOK, "demo-signed", p)
}

// demoMails is how many mails are shown.
const demoMails = 50

func demoMail(v *visit) error {
	list, err := v.site.Demo.Mailbox.Mails(v.Request().Context(), demoMails)
	if err != nil {
		return err
	}
	p := v.view("demo.mail.title")
	p.Data = list
	return v.show(http.StatusOK, "demo-mail", p)
}
