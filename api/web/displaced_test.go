package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"chesna/booking"
)

// absent fails where the page says one of the texts.
func (v *visitor) absent(texts ...string) *visitor {
	v.t.Helper()
	for _, s := range texts {
		if strings.Contains(v.body, s) {
			v.t.Errorf("%s: %q in:\n%s", v.url, s, v.body)
		}
	}
	return v
}

func TestADisplacedTimeInvitesNobody(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	ts := serve(t, w, false)
	v := visit(t, ts)
	hold, document := v.hold("olena", "passport-adult")
	page := v.post(hold+"/confirm", "signature", encode(sign("olena", []byte(document)))).want(http.StatusOK, "QR-код для прийому").url
	w.appointments[0].State = booking.AppointmentDisplaced
	v.get(page).want(http.StatusOK, "Час скасовано установою", "не приходьте", "інший час", "Скасований час", page+"/cancel")
	v.absent("qr.png", "QR", "Прийдіть", "Візьміть", "calendar.ics", "Вас записано")
	v.get(page+"/calendar.ics").want(http.StatusOK, "STATUS:CANCELLED")
	v.get("/uk/appointments").want(http.StatusOK, "час скасовано установою", page+"/cancel")
	officer := visit(t, ts)
	officer.signIn("uk", "officer-waw")
	officer.get("/uk/desk").want(http.StatusOK, "час скасовано установою")
	w.pass(4 * time.Hour) // still free to leave when the old time has come
	officer.get("/uk/desk").want(http.StatusOK, "час скасовано установою")
	v.get(page + "/cancel").want(http.StatusOK)
	v.post(page + "/cancel").at(`/uk/appointments\?done=cancelled`)
}

func TestWhoIsBookedLearnsItBeforeChoosingATime(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	hold, document := v.hold("olena", "passport-adult")
	page := v.post(hold+"/confirm", "signature", encode(sign("olena", []byte(document)))).want(http.StatusOK).url
	v.get("/uk/book/service?consulate=waw").want(http.StatusOK, "Ви вже записані на послуги цієї групи")
	v.get("/uk/book/time?consulate=waw&service=passport-adult&for=self").want(http.StatusOK, "вже є чинний запис", `href="`+page+`"`)
	v.get("/uk/book/time?consulate=waw&service=notary-power&for=self").want(http.StatusOK).absent("вже є чинний запис")
	v.get("/uk/book/applicant/new?consulate=waw&service=passport-child")
	v.post("/uk/book/applicant/new", "consulate", "waw", "service", "passport-child", "relation", "child", "surname", "Тестова", "given_name", "Соломія",
		"birth_day", "27", "birth_month", "3", "birth_year", "2018", "birth_certificate", "І-БК 123456").at(`/uk/book/time\?.*`).absent("вже є чинний запис")
}
