package web_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

const openDraw = "/draws/krk-passport-2026w50"

// document is the text to sign of the page that is shown, which must be the same as that of its file.
func (v *visitor) document() string {
	v.t.Helper()
	shown := html.UnescapeString(v.find(`(?s)<pre class="ch-sign"[^>]*>(.*?)</pre>`))
	page, file := v.url, html.UnescapeString(v.find(`href="([^"]+)" download>`))
	if got := v.get(file).want(http.StatusOK).body; got != shown {
		v.t.Fatalf("shown and downloaded texts differ:\n%s\n%s", shown, got)
	}
	v.get(page).want(http.StatusOK)
	return shown
}

func (v *visitor) carry() string {
	v.t.Helper()
	return html.UnescapeString(v.find(`name="carry" value="([^"]+)"`))
}

func TestEnterChangeAndLeave(t *testing.T) {
	for _, lang := range []string{"uk", "en"} {
		t.Run(lang, func(t *testing.T) {
			_, l, v := serveDraws(t, false)
			at := "/" + lang
			v.get(at+"/draws").want(http.StatusOK, at+openDraw, "57")
			v.get(at+openDraw).want(http.StatusOK, at+openDraw+"/enter")
			v.get(at + openDraw + "/enter").at(at + "/sign-in")
			v.signIn(lang, "olena").at(at + openDraw + "/enter")
			v.get(at+openDraw+"/enter?preset=am").want(http.StatusOK, `value="0" checked`, `value="2" checked`).absent(`value="1" checked`, `value="3" checked`)
			v.get(at+openDraw+"/enter?preset=any").want(http.StatusOK, `value="3" checked`)
			v.get(at+openDraw+"/enter/who?w=0&w=1&w=2").want(http.StatusOK, `value="self"`)
			v.get(at + openDraw + "/enter/sign?w=0&w=1&w=2&who=self&service.self=passport-adult").want(http.StatusOK)
			document := v.document()
			carry := v.carry()
			v.post(at+openDraw+"/enter/sign", "carry", carry, "signature", encode(sign("mariia", []byte(document)))).want(http.StatusForbidden, `href="#signature"`)
			v.post(at+openDraw+"/enter/sign", "carry", carry).want(http.StatusUnprocessableEntity, `href="#signature_file"`)
			signature := encode(sign("olena", []byte(document)))
			v.post(at+openDraw+"/enter/sign", "carry", carry, "signature", signature).at(at + openDraw + `/entry\?done=entered`)
			v.want(http.StatusOK, "receipt.txt", "opening.txt", "request.txt")
			v.get(at+openDraw+"/entry/receipt.txt").want(http.StatusOK, "chesna/receipt/v1\nkrk-passport-2026w50\n1\n")
			if d := v.header.Get("Content-Disposition"); !strings.Contains(d, "krk-passport-2026w50-1-receipt.txt") {
				t.Errorf("the receipt's name: %s", d)
			}
			v.get(at+openDraw+"/entry/request.txt").want(http.StatusOK, document)
			v.get(at+openDraw+"/entry/opening.txt").want(http.StatusOK, "0700000000000000000000000000000000000000000000000000000000000000\n")
			v.get(at + openDraw + "/entry/other.txt").want(http.StatusNotFound)
			v.get(at + openDraw + "/entry/receipt.json").want(http.StatusOK)
			var all map[string]string
			if err := json.Unmarshal([]byte(v.body), &all); err != nil || all["receipt"] == "" || all["request"] == "" || len(all["opening"]) != 64 {
				t.Fatalf("%v in %s", err, v.body)
			}
			// Sending it again is harmless; changing begins with what was chosen.
			v.get(at + openDraw + "/enter")
			v.want(http.StatusOK, `value="0" checked`, `value="1" checked`, `value="2" checked`).absent(`value="3" checked`)
			v.get(at + openDraw + "/leave").want(http.StatusOK)
			leaving := v.document()
			v.post(at+openDraw+"/leave", "signature", encode(sign("olena", []byte("other")))).want(http.StatusUnprocessableEntity)
			v.post(at+openDraw+"/leave", "signature", encode(sign("olena", []byte(leaving)))).at(at + openDraw + `/entry\?done=left`).want(http.StatusOK)
			if l.entries[0].State != wave.EntryLeft || l.entries[0].Rev != 2 {
				t.Fatalf("%+v", l.entries[0])
			}
			v.get(at+"/entries").want(http.StatusOK, at+openDraw+"/entry")
		})
	}
}

func TestStepsAskAgainForWhatIsMissing(t *testing.T) {
	w, l, v := serveDraws(t, false)
	v.signIn("uk", "olena")
	enter := "/uk" + openDraw + "/enter"
	v.get(enter+"/who").want(http.StatusUnprocessableEntity, `href="#w"`, "Виберіть хоча б один проміжок")
	v.get(enter+"/sign").want(http.StatusUnprocessableEntity, `href="#w"`)
	v.get(enter+"/sign?w=0").want(http.StatusUnprocessableEntity, `href="#who"`, "Виберіть, хто прийде")
	v.get(enter+"/sign?w=0&who=self&service.self=notary-power").want(http.StatusNotFound, `href="#who"`, "Виберіть послугу")
	v.get(enter + "/sign?w=0&who=self'--&service.self=x").want(http.StatusBadRequest)
	v.get(enter + "/sign?w=0&moves=x").want(http.StatusBadRequest)
	v.get(enter + "/sign?w=0&who=" + uuid.NewString() + "&service.self=x").want(http.StatusUnprocessableEntity)
	v.get(enter+"/sign?w=0&w=7&w=99&w=-1&w=<b>&who=self&service.self=passport-adult").want(http.StatusOK, "Проміжки: 0000000000000001\n", "програш не збільшить ваги")
	v.get(enter+"/sign?w=0&cannot=yes&who=self&service.self=passport-adult").want(http.StatusOK, "Слово: true").absent("програш не збільшить ваги")
	v.get(enter+"/sign?w=0&w=1&w=2&cannot=yes&who=self&service.self=passport-adult").want(http.StatusOK, "Слово: false")
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{pointed(booking.CodeEntryTooLarge, "/members", "too-many"), http.StatusUnprocessableEntity, "Осіб більше, ніж місць"},
		{pointed(booking.CodePaused, "/members/0", "paused"), http.StatusConflict, "Запис онлайн призупинено"},
		{pointed(booking.CodeAlreadyEntered, "/members/0", "already-entered"), http.StatusConflict, "Чинна заявка вже є"},
		{pointed(booking.CodeInvalid, "/members/1", "repeated"), http.StatusBadRequest, "Виберіть, хто прийде"},
		{pointed(booking.CodeInvalid, "/windows/0", "unknown"), http.StatusUnprocessableEntity, "хоча б один проміжок"},
		{booking.Refuse(booking.CodeReturnedSeat, ""), http.StatusConflict, "місце, яке ви повернули"},
		{booking.Refuse(booking.CodeEntryClosed, ""), http.StatusConflict, "/uk/draws"},
		{booking.Refuse(booking.CodeOfferOpen, ""), http.StatusConflict, "/uk/offers"},
		{booking.Refuse(booking.CodeEntryFrozen, ""), http.StatusConflict, "/uk/entries"},
		{&booking.Error{Code: booking.CodeUnavailable, RetryAfter: time.Second}, http.StatusServiceUnavailable, "Спробуйте"},
		{&identity.Error{Code: identity.CodeRateLimited, RetryAfter: time.Second}, http.StatusTooManyRequests, "Спробуйте"},
	} {
		l.refuse = c.err
		v.get(enter+"/sign?w=0&who=self&service.self=passport-adult").want(c.status, c.text).absent("said in English")
	}
	l.refuse, l.paused = nil, w.now.Add(5*24*time.Hour)
	v.get(enter).want(http.StatusOK, "з 07:00 28 листопада 2026 року")
	v.get("/uk/draws/krk-passport-2026w51/enter").at("/uk/draws/krk-passport-2026w51").want(http.StatusOK, "Початок приймання заявок")
	v.get("/uk/draws/krk-passport-2026w49/enter").at("/uk/draws/krk-passport-2026w49").want(http.StatusOK, "Приймання заявок завершено")
	v.get("/uk/draws/nothing/enter").want(http.StatusNotFound, "Такого жеребкування немає")
}

func TestAFamilyEntersTogether(t *testing.T) {
	_, l, v := serveDraws(t, false)
	v.signIn("uk", "olena")
	enter := "/uk" + openDraw + "/enter"
	v.get(enter+"/who?w=0&w=2").want(http.StatusOK, enter+"/person?w=0&w=2")
	v.get(enter + "/person?w=0&w=2&who=self&service.self=passport-adult").want(http.StatusOK).absent(`value="other"`)
	fields := []string{"carry", v.carry(), "relation", "child", "surname", "Тестова", "given_name", "Соломія", "birth_day", "27", "birth_month", "3", "birth_year", "2018", "birth_certificate", "І-БК 123456"}
	v.post(enter+"/person", "carry", v.carry(), "relation", "child").want(http.StatusBadRequest, `href="#surname"`)
	v.get(enter + "/person?w=0&w=2&who=self&service.self=passport-adult")
	v.post(enter+"/person", fields...).at(enter+`/who\?.*`).want(http.StatusOK, "Тестова Соломія", `value="self" checked`)
	child := v.find(`name="who" type="checkbox" value="([0-9a-f-]{36})" checked`)
	v.get(enter+"/sign?w=0&w=2&who=self&service.self=passport-adult&who="+child+"&service."+child+"=passport-child").want(http.StatusOK, "Особи: для себе, Тестова Соломія", "Це спільна заявка")
	document, carry := v.document(), v.carry()
	if strings.Contains(v.url, "Солом") || strings.Contains(v.url, url.QueryEscape("Тестова")) {
		t.Error("a name in the address")
	}
	v.post(enter+"/sign", "carry", carry, "signature", encode(sign("olena", []byte(document)))).at("/uk"+openDraw+`/entry\?done=entered`).want(http.StatusOK, "Тестова Соломія")
	if len(l.entries) != 1 || l.entries[0].Size() != 2 {
		t.Fatalf("%+v", l.entries)
	}
}

func TestThePublicPageOfADraw(t *testing.T) {
	_, l, v := serveDraws(t, false)
	v.get("/uk/draws/krk-passport-2026w48").want(http.StatusOK, "/verify#bundle=/api/v1/draws/krk-passport-2026w48/bundle.zip&lang=uk", "chesna draw verify krk-passport-2026w48.zip",
		"випробувальне джерело", "2 свідки", "не повна анонімність", "програв 3 рази", "<dd class=\"govuk-summary-list__value\">20</dd>")
	v.get("/en/draws/krk-passport-2026w50").want(http.StatusOK, "There is no hurry", "Monday 7 December, morning", "09:00–12:00", "Tuesday 8 December, afternoon – Wednesday 9 December, morning", "7–13 December 2026").absent("bundle.zip")
	v.get("/en/draws/waw-passport-2026w50-s1").want(http.StatusOK, "Returned seats")
	v.get("/uk/draws?consulate=waw").want(http.StatusOK, "waw-passport-2026w50-s1").absent("krk-passport")
	v.get("/uk/draws?consulate=zzz").want(http.StatusNotFound, "Такої установи немає")
	v.get("/uk/draws/none").want(http.StatusNotFound)
	l.waves[0].Guarantee.T = 0
	v.get("/uk"+openDraw).want(http.StatusOK, "не можна назвати межу")
	v.get("/verify").want(http.StatusOK, `src="/static/verifier/page.mjs"`)
	v.get("/static/verifier/page.mjs").want(http.StatusOK)
	if kind := v.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/javascript") {
		t.Errorf("modules are served as %s", kind)
	}
	v.get("/static/verifier/dist/verify.html").want(http.StatusOK)
	v.get("/static/verifier/..%2fdeps.go").want(http.StatusNotFound)
	v.get("/static/verifier/verifier.go").want(http.StatusNotFound)
}

func TestWithoutDrawsEveryDrawIsAbsent(t *testing.T) {
	w := newWorld(monday)
	w.settle("olena", "PL")
	v := visit(t, serve(t, w, false))
	v.get("/uk/draws").want(http.StatusNotFound, "Такого жеребкування немає")
	v.signIn("uk", "olena")
	v.get("/uk/").want(http.StatusOK).absent("/uk/draws", "/uk/offers")
	for _, path := range []string{"/draws/x", "/draws/x/enter", "/draws/x/enter/who", "/draws/x/enter/sign", "/draws/x/enter/person", "/draws/x/entry", "/draws/x/leave", "/draws/x/card", "/entries", "/offers", "/offers/" + uuid.NewString()} {
		v.get("/uk"+path).want(http.StatusNotFound, "Такого жеребкування немає")
	}
}

func TestACardExplainsALoss(t *testing.T) {
	_, l, v := serveDraws(t, false)
	v.signIn("uk", "olena")
	card := "/draws/krk-passport-2026w48/card"
	v.get("/uk"+card).want(http.StatusNotFound, "Вашої заявки тут немає")
	v.get("/uk/draws/krk-passport-2026w50/card").want(http.StatusNotFound, "Ще не оприлюднено")
	l.lose("olena")
	v.get("/uk"+card).want(http.StatusOK, "Чому місця не випало", "7 із 37", "63 %", "57 заявок на 24 місця", "3 програшів", "waw-passport-2026w50-s1")
	v.get("/en"+card).want(http.StatusOK, "Why not me", "57 entries for 24 seats", "3 lost draws")
	v.get("/uk/entries").want(http.StatusOK, "/uk"+card, "бере участь далі")
	v.get("/uk/draws/krk-passport-2026w48").want(http.StatusOK, "/uk"+card)
	c := l.cards["krk-passport-2026w48"]
	c.Known, c.Chance, c.Standby, c.Guaranteed = false, 0, nil, true
	l.cards["krk-passport-2026w48"] = c
	v.get("/uk"+card).want(http.StatusOK, "серед перших", "сама, доки ви її не відкличете").absent(" %")
	c.Won, c.Place = true, 0
	l.cards["krk-passport-2026w48"] = c
	v.get("/uk"+card).want(http.StatusOK, "випало місце", "/uk/offers").absent("Чому місця не випало")
}

func TestAnOfferIsSignedOrDeclined(t *testing.T) {
	w, l, v := serveDraws(t, false)
	v.signIn("uk", "olena")
	v.get("/uk/").want(http.StatusOK).absent("offer-note")
	o := l.win("olena")
	page := "/uk/offers/" + o.ID.String()
	v.get("/uk/").want(http.StatusOK, "offer-note", page, "На ваш підпис чекає 1 пропозиція")
	v.get("/uk/offers").want(http.StatusOK, page)
	v.get(page).want(http.StatusOK, "вівторок, 8 грудня 2026 року, 10:00–10:20", "14 днів")
	document := v.document()
	v.post(page+"/sign", "signature", encode(sign("mariia", []byte(document)))).want(http.StatusForbidden, "Підписала інша особа")
	v.post(page+"/sign", "signature", "?").want(http.StatusUnprocessableEntity, "Це не схоже на підпис")
	v.post(page+"/sign", "signature", encode(sign("olena", []byte(document)))).at("/uk/appointments/[0-9a-f-]+").want(http.StatusOK, "KRK-7K3M-9QX0").absent("offer-note")
	v.get(page).want(http.StatusOK, "підписано", "/uk/appointments/").absent("ch-sign")
	v.get("/uk/appointments")
	v.get("/uk/offers/"+uuid.NewString()).want(http.StatusNotFound, "Такої пропозиції немає", "/uk/offers")
	v.get("/uk/offers/x").want(http.StatusNotFound)
	second := l.win("olena")
	page = "/uk/offers/" + second.ID.String()
	v.get(page+"/decline").want(http.StatusOK, "Відхилити цю пропозицію?")
	v.post(page+"/decline").at(`/uk/offers\?done=declined`).want(http.StatusOK, "Пропозицію відхилено")
	v.get(page+"/decline").at(page).want(http.StatusOK, "не чинна")
	third := l.win("olena")
	page = "/uk/offers/" + third.ID.String()
	v.get(page)
	w.pass(71 * time.Hour)
	v.get("/uk/")
	v.post(page+"/sign", "signature", encode(sign("olena", []byte(document)))).want(http.StatusGone, "Пропозиція завершилася")
	v.get(page).want(http.StatusOK, "строк минув").absent("offer-note")
	l.broken = booking.Refuse(booking.CodeUnavailable, "")
	v.get("/uk/help").want(http.StatusOK) // the notice is no reason for a page to fail
}

func TestAFamilyIsBookedByOneSignature(t *testing.T) {
	w, l, v := serveDraws(t, false)
	child := identity.Applicant{Relation: "child", Names: identity.Names{Surname: "Тестова", GivenName: "Соломія"}, BirthDate: "2018-03-27", BirthCertificate: "І-БК 123456"}
	id, err := w.ResolveApplicant(t.Context(), w.people["olena"].ID, child)
	if err != nil {
		t.Fatal(err)
	}
	o := l.win("olena", w.people["olena"].ID, id)
	v.signIn("uk", "olena")
	page := "/uk/offers/" + o.ID.String()
	v.get(page).want(http.StatusOK, "Тестова Соломія", "10:20–10:40")
	v.post(page+"/sign", "signature", encode(sign("olena", []byte(v.document())))).at(page+`\?done=signed`).want(http.StatusOK, "Вас записано")
	if n := strings.Count(v.body, "/uk/appointments/"); n != 2 {
		t.Errorf("%d appointments are linked", n)
	}
}

func TestAnAppointmentIsMovedByAnotherDraw(t *testing.T) {
	w, l, v := serveDraws(t, false)
	w.pass(24 * time.Hour / 2)
	hold, document := v.hold("olena", "passport-adult")
	page := v.post(hold+"/confirm", "signature", encode(sign("olena", []byte(document)))).want(http.StatusOK, "Перенести запис на інший час", "ще 2 рази").url
	id := strings.TrimPrefix(page, "/uk/appointments/")
	v.get(page+"/move").want(http.StatusOK, "залишається за вами", "/uk"+openDraw+"/enter?moves="+id)
	v.get("/uk"+openDraw+"/enter?moves="+id).want(http.StatusOK, `name="moves" value="`+id+`"`)
	v.get("/uk"+openDraw+"/enter/who?w=1&moves="+id).at("/uk"+openDraw+`/enter/sign\?.*`).want(http.StatusOK, "Замінює: "+id, "WAW-7K3M-9QXD", "має вагу 1")
	text, carry := v.document(), v.carry()
	v.post("/uk"+openDraw+"/enter/sign", "carry", carry, "signature", encode(sign("olena", []byte(text)))).at("/uk"+openDraw+`/entry\?done=entered`).want(http.StatusOK, page)
	if !w.appointments[0].State.Active() {
		t.Fatal("the seat was given up for an entry")
	}
	o := l.win("olena")
	o.Reschedules = w.appointments[0].ID
	v.get("/uk/offers/"+o.ID.String()).want(http.StatusOK, "WAW-7K3M-9QXD")
	w.appointments[0].Changes = 2
	v.get(page).want(http.StatusOK, "Перенесень залишилося: 0").absent("/move")
	v.get(page + "/move").at(page)
}

func TestCancellingTellsTheRulesBefore(t *testing.T) {
	w, _, v := serveDraws(t, false)
	hold, document := v.hold("olena", "passport-adult")
	page := v.post(hold+"/confirm", "signature", encode(sign("olena", []byte(document)))).want(http.StatusOK).url
	v.get(page+"/cancel").want(http.StatusOK, "Це пізнє скасування", "14 днів") // it begins in hours
	w.appointments[0].Start = w.now.Add(10 * 24 * time.Hour)
	v.get(page+"/cancel").want(http.StatusOK, "вважається пізнім", "після 07:00 (UTC+1) 1 грудня 2026 року", "Якщо не прийти").absent("Це пізнє скасування")
	w.appointments[0].State = booking.AppointmentDisplaced
	v.get(page+"/cancel").want(http.StatusOK, "нічого вам не коштує", page+"/move").absent("Це пізнє скасування")
}

func TestBookingLeadsToTheDraws(t *testing.T) {
	_, _, v := serveDraws(t, false)
	v.signIn("uk", "olena")
	v.get("/uk/book/time?consulate=krk&service=passport-adult&for=self").want(http.StatusOK, "/uk"+openDraw+"/enter?service.self=passport-adult&who=self", "/uk/draws/krk-passport-2026w51")
	v.get(html.UnescapeString(v.find(`href="([^"]+/enter\?[^"]+)"`))).want(http.StatusOK, `name="who" value="self"`)
	v.get("/uk/book/time?consulate=waw&service=passport-adult&for=self").want(http.StatusOK, "/uk/draws/waw-passport-2026w50-s1/enter")
	v.get("/uk/book/time?consulate=krk&service=notary-power&for=self").want(http.StatusOK, "відкритих жеребкувань немає")
	v.get("/uk/").want(http.StatusOK, "розігрують серед охочих")
}
