package identity_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/identitytest"
)

var codeInText = regexp.MustCompile(`(?m)(?:Ваш код|Your code): ([0-9]{6})$`)

func lastCode(t *testing.T, w *identitytest.World) string {
	t.Helper()
	mails := w.Outbox.Mails()
	if len(mails) == 0 {
		t.Fatal("no mail")
	}
	m := codeInText.FindStringSubmatch(mails[len(mails)-1].Text)
	if m == nil || !strings.Contains(mails[len(mails)-1].Subject, m[1]) {
		t.Fatal("no code in the mail")
	}
	return m[1]
}

func TestEmail(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		w, ctx := identitytest.New(t, e), t.Context()
		s, _ := w.SignIn(t, identitytest.Person(1))
		if err := w.SetEmail(ctx, s.Person, " Name@Example.ORG "); err != nil {
			t.Fatal(err)
		}
		code := lastCode(t, w)
		if m := w.Outbox.Mails()[0]; m.To != "Name@example.org" || !strings.Contains(m.Text, "Код дійсний 15 хв.") {
			t.Fatal("mail is not right")
		}
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		_, err := w.VerifyEmail(ctx, s.Person, wrong)
		wantCode(t, err, identity.CodeEmailCode, "wrong")
		if p := must[identity.Person](t)(w.Person(ctx, s.Person)); p.EmailVerified || p.Email != "" {
			t.Fatal("verified without a code")
		}
		other, _ := w.SignIn(t, identitytest.Person(2))
		_, err = w.VerifyEmail(ctx, other.Person, code)
		wantCode(t, err, identity.CodeEmailCode, "expired")
		p := must[identity.Person](t)(w.VerifyEmail(ctx, s.Person, code[:3]+" "+code[3:]))
		if !p.EmailVerified || p.Email != "Name@example.org" {
			t.Fatal("not verified")
		}
		if fresh, tokens, err := w.Reissue(ctx, s); s.Reachable || err != nil || !fresh.Reachable ||
			!must[identity.Session](t)(w.Authenticate(ctx, tokens.Access)).Reachable {
			t.Fatal("the session does not learn of the address", err)
		}
		if err := w.SetLanguage(ctx, s.Person, "en"); err != nil {
			t.Fatal(err)
		}
		if err := w.SetEmail(ctx, s.Person, "new@example.org"); err != nil {
			t.Fatal(err)
		}
		if p := must[identity.Person](t)(w.Person(ctx, s.Person)); p.Email != "Name@example.org" {
			t.Fatal("the verified address is gone before the new one counts")
		}
		if m := w.Outbox.Mails()[1]; !strings.Contains(m.Text, "Your code") {
			t.Fatal("not in English")
		}
	})
}

func TestEmailBounds(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	s, _ := w.SignIn(t, identitytest.Person(1))
	for _, bad := range []string{
		"", "x", "@example.org", "a@b", "a b@example.org", "a@example.org\r\nBcc: b@example.org", ".a@example.org", "a..b@example.org",
		"<a@example.org>", "a@-x.org", strings.Repeat("a", 65) + "@example.org", "a@" + strings.Repeat("b.", 130) + "org",
	} {
		wantCode(t, w.SetEmail(ctx, s.Person, bad), identity.CodeInvalid, "")
	}
	for _, bad := range []string{"", "12345", "1234567", "12345x"} {
		_, err := w.VerifyEmail(ctx, s.Person, bad)
		wantCode(t, err, identity.CodeInvalid, "")
	}
	for range 5 {
		if err := w.SetEmail(ctx, s.Person, "a@example.org"); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, w.SetEmail(ctx, s.Person, "b@example.org"), identity.CodeRateLimited, "email-send")
	other, _ := w.SignIn(t, identitytest.Person(2))
	wantCode(t, w.SetEmail(ctx, other.Person, "A@example.org"), identity.CodeRateLimited, "email-send")
	w.Outbox.Fail(errors.New("refused"))
	wantCode(t, w.SetEmail(ctx, other.Person, "c@example.org"), identity.CodeUnavailable, "")
	wantCode(t, w.SetEmail(ctx, uuid.New(), "c@example.org"), identity.CodePersonUnknown, "")
}

func TestCountry(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	s, _ := w.SignIn(t, identitytest.Person(1))
	set := func(c string) error { _, err := w.SetCountry(ctx, s.Person, c); return err }
	for _, bad := range []string{"", "P", "XX", "POL", "P L D"} {
		wantCode(t, set(bad), identity.CodeInvalid, "")
	}
	p := must[identity.Person](t)(w.SetCountry(ctx, s.Person, "pl"))
	if p.Country != "PL" || !p.CountryChangeableAt.Equal(w.Clock.Now().Add(90*24*time.Hour)) {
		t.Fatal(p.Country, p.CountryChangeableAt)
	}
	fresh, tokens, err := w.Reissue(ctx, s)
	if err != nil || fresh.Country != "PL" || tokens.Refresh != "" {
		t.Fatal(err)
	}
	if got := must[identity.Session](t)(w.Authenticate(ctx, tokens.Access)); got.Country != "PL" {
		t.Fatal("the token has the old country")
	}
	w.Clock.Advance(90*24*time.Hour - time.Second)
	if err := set("PL"); err != nil {
		t.Fatal("the same again is no change:", err)
	}
	var e *identity.Error
	if err := set("DE"); !errors.As(err, &e) || e.Code != identity.CodeCountryFixed || e.RetryAfter != time.Second {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Second)
	if err := set("DE"); err != nil {
		t.Fatal(err)
	}
	actions := must[[]identity.Action](t)(w.Actions(ctx, s.Person, 2))
	if len(actions) != 2 || actions[0].Kind != identity.ActionCountry || actions[0].Detail != "DE" || actions[1].Detail != "PL" {
		t.Error(actions)
	}
	_, err = w.SetCountry(ctx, uuid.New(), "DE")
	wantCode(t, err, identity.CodePersonUnknown, "")
	wantCode(t, w.SetLanguage(ctx, s.Person, "ru"), identity.CodeInvalid, "")
}
