package web_test

import (
	"encoding/base64"
	"html"
	"net/http"
	"strings"
	"testing"
)

func TestFirstVisitBooksAndCancels(t *testing.T) {
	for _, lang := range []string{"uk", "en"} {
		t.Run(lang, func(t *testing.T) {
			w := newWorld(monday)
			v := visit(t, serve(t, w, false))
			at := "/" + lang
			v.get(at + "/book").at(at + "/sign-in")
			v.signIn(lang, "olena").at(at + "/profile/country")
			v.post(at+"/profile/country", "country", "PL").at(at + "/profile/email")
			v.post(at+"/profile/email", "email", "olena@example.org").at(at+"/profile/email/code").want(http.StatusOK, map[string]string{"uk": "діє 60 хвилин", "en": "good for 60 minutes"}[lang])
			v.post(at+"/profile/email/code", "code", "000000").want(http.StatusUnprocessableEntity, `href="#code"`, map[string]string{"uk": "Код не той, що в листі", "en": "not the code in the mail"}[lang])
			v.post(at+"/profile/email/code", "code", "123456").at(at + "/book")
			v.get(at + "/book/service?consulate=waw").want(http.StatusOK)
			v.get(at + "/book/applicant?consulate=waw&service=passport-adult").at(at + `/book/time\?.*`)
			slot := v.find(`value="(slot:[^"]+)"`)
			v.post(at+"/book/time", "consulate", "waw", "service", "passport-adult", "for", "self", "choice", slot).at(at + `/holds/.*`)
			hold := v.find(`action="` + at + `(/holds/[^"/]+)/confirm"`)
			shown := html.UnescapeString(v.find(`(?s)<pre class="ch-sign"[^>]*>(.*?)</pre>`))
			document := v.get(at + hold + "/document").want(http.StatusOK).body
			if shown != document {
				t.Fatalf("shown and downloaded texts differ:\n%s\n%s", shown, document)
			}
			v.get(at + hold)
			v.upload(at+hold+"/confirm", "signature_file", sign("olena", []byte(document))).at(at+`/appointments/[0-9a-f-]+`).want(http.StatusOK, "WAW-7K3M-9QXD")
			appointment := v.url
			v.get(at + hold).at(appointment) // a reload of the signed page
			v.get(appointment+"/calendar.ics").want(http.StatusOK, "BEGIN:VEVENT", "WAW-7K3M-9QXD")
			v.get(appointment+"/qr.png").want(http.StatusOK, "PNG")
			v.get(appointment + "/cancel").want(http.StatusOK)
			v.post(appointment + "/cancel").at(at + `/appointments\?done=cancelled`)
			v.post(appointment + "/cancel").want(http.StatusOK) // twice is harmless
			v.get(at + "/record").want(http.StatusOK)
			v.post(at + "/sign-out").at(at + `/\?done=signed-out`)
			v.get(at + "/appointments").at(at + "/sign-in")
		})
	}
}

func TestSignatureAgainGivesTheSamePage(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	hold, document := v.hold("olena", "passport-adult")
	signature := base64.StdEncoding.EncodeToString(sign("olena", []byte(document)))
	first := v.get(hold).post(hold+"/confirm", "signature", signature).want(http.StatusOK).url
	v.get("/uk/book")
	if again := v.post(hold+"/confirm", "signature", signature).want(http.StatusOK).url; again != first {
		t.Fatalf("confirmed at %s, then at %s", first, again)
	}
}

// hold signs in, takes the first time and gives the hold's address and text.
func (v *visitor) hold(name, service string) (path, document string) {
	v.t.Helper()
	v.signIn("uk", name)
	v.get("/uk/book/time?consulate=waw&for=self&service=" + service).want(http.StatusOK)
	v.post("/uk/book/time", "consulate", "waw", "service", service, "for", "self", "choice", v.find(`value="(slot:[^"]+)"`)).want(http.StatusOK)
	path = v.find(`action="(/uk/holds/[^"/]+)/confirm"`)
	document = v.get(path + "/document").body
	v.get(path)
	return path, document
}

func TestRefusedSignaturesKeepTheHold(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	hold, document := v.hold("olena", "passport-adult")
	for name, c := range map[string]struct {
		signature string
		want      string
	}{
		"nothing":      {"", "Прикріпіть файл підпису"},
		"no signature": {"це не base64!", "Це не схоже на підпис"},
		"other text":   {base64.StdEncoding.EncodeToString(sign("olena", []byte("other"))), "Підписано інший текст"},
		"other person": {base64.StdEncoding.EncodeToString(sign("mariia", []byte(document))), "Підписала інша особа"},
		"too large":    {base64.StdEncoding.EncodeToString(make([]byte, 70_000)), "завеликий"},
	} {
		v.get(hold).post(hold+"/confirm", "signature", c.signature)
		if v.status < 400 || v.status >= 500 || !strings.Contains(v.body, c.want) || !strings.Contains(v.body, "<title>Помилка: ") {
			t.Errorf("%s: %d:\n%s", name, v.status, v.body)
		}
	}
	v.get(hold).want(http.StatusOK)
}

func TestHoldExtendsReleasesAndEnds(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	hold, _ := v.hold("olena", "passport-adult")
	v.want(http.StatusOK, "Залишилося 10 хвилин")
	v.post(hold+"/extend").want(http.StatusOK, "Залишилося 15 хвилин", "більше продовжити не можна")
	v.post(hold + "/extend").want(http.StatusOK)
	v.get(hold + "/release").post(hold + "/release").at(`/uk/book\?done=released`)
	v.get(hold).want(http.StatusNotFound, "Вибрати інший час")
	hold, document := v.hold("olena", "passport-adult")
	w.pass(11 * 60e9)
	v.get("/uk/book").post(hold+"/confirm", "signature", base64.StdEncoding.EncodeToString(sign("olena", []byte(document)))).want(http.StatusGone, "Вибрати інший час")
}

func TestWhatWasDeclaredElsewhereCountsAtOnce(t *testing.T) {
	w := newWorld(monday)
	v := visit(t, serve(t, w, false))
	v.signIn("uk", "olena").at("/uk/profile/country")
	w.settle("olena", "PL") // in another window
	v.get("/uk/book/time?consulate=waw&for=self&service=passport-adult").want(http.StatusOK)
	v.post("/uk/book/time", "consulate", "waw", "service", "passport-adult", "for", "self", "choice", v.find(`value="(slot:[^"]+)"`)).at("/uk/holds/.*")
}

func TestAnotherTimeIsNotTakenBesideAHold(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	hold, _ := v.hold("olena", "passport-adult")
	v.get(html.UnescapeString(v.find(`href="([^"]+)" class="govuk-back-link"`))).want(http.StatusOK)
	v.post("/uk/book/time", "consulate", "waw", "service", "passport-adult", "for", "self", "choice", v.find(`value="(slot:[^"]+)"`))
	v.at(hold+`\?done=kept`).want(http.StatusOK, "У вас уже було бронювання")
}

func TestChildIsBookedByItsParent(t *testing.T) {
	w := newWorld(monday)
	w.settle("mariia", "PL")
	v := visit(t, serve(t, w, false))
	v.signIn("uk", "mariia")
	v.get("/uk/book/applicant?consulate=waw&service=passport-child").at(`/uk/book/applicant/new\?.*`)
	fields := []string{"consulate", "waw", "service", "passport-child", "relation", "child", "surname", "Пробна", "given_name", "Соломія", "birth_day", "27", "birth_month", "3", "birth_year", "2018"}
	v.post("/uk/book/applicant/new", fields...).want(http.StatusBadRequest, `href="#rnokpp"`, `value="Соломія"`)
	v.post("/uk/book/applicant/new", append(fields, "birth_certificate", "І-БК 123456")...).at(`/uk/book/time\?.*for=.*`)
	if strings.Contains(v.url, "Сол") || strings.Contains(v.url, "123456") {
		t.Fatalf("personal data in %s", v.url)
	}
	who := v.find(`name="for" value="([^"]+)"`)
	v.post("/uk/book/time", "consulate", "waw", "service", "passport-child", "for", who, "choice", v.find(`value="(window:[^"]+)"`)).want(http.StatusOK, "Пробна Соломія")
}

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	ts := serve(t, w, false)
	v := visit(t, ts)
	v.signIn("uk", "olena")
	v.get("/uk/book")
	r, _ := http.NewRequest(http.MethodPost, ts.URL+"/uk/sign-out", strings.NewReader("form_token="+v.token()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	v.do(r)
	v.want(http.StatusForbidden, "Форму надіслано з іншого сайту")
	v.get("/uk/appointments").at("/uk/appointments")
}

func TestDemoHelperSignsAndReturns(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, true))
	v.get("/en/sign-in").want(http.StatusOK, "DEMO")
	document := v.find(`name="document" value="([^"]+)"`)
	v.post("/en/demo/sign", "document", html.UnescapeString(document), "action", "/sign-in").want(http.StatusOK, "Тестова Олена")
	v.post("/en/demo/sign/person", "document", html.UnescapeString(document), "action", "/sign-in", "person", "olena").want(http.StatusOK)
	v.post("/en/sign-in", "signature", html.UnescapeString(v.find(`name="signature" value="([^"]+)"`))).at("/en/book")
	v.post("/en/demo/sign", "document", "eA==", "action", "//evil.example").want(http.StatusBadRequest)
	v.get("/en/demo/mail").want(http.StatusOK)
	plain := visit(t, serve(t, newWorld(monday), false))
	plain.get("/en/demo/sign").want(http.StatusNotFound)
	plain.get("/en/demo/mail").want(http.StatusNotFound)
}
