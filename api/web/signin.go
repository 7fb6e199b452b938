package web

import (
	"net/http"
	"time"

	"chesna/api"
	"chesna/identity"
)

// challengeMargin is the least time that a text kept by the browser must have left to be shown again.
const challengeMargin = 2 * time.Minute

type signInData struct {
	Document string
	Until    time.Time
	Minutes  int
}

// signInPage shows the text to sign in with: the one that this browser has, or a new one.
func signInPage(v *visit) error {
	if v.signed {
		return v.to(v.takeReturn("/appointments"))
	}
	return v.showSignIn(http.StatusOK, nil, false)
}

// showSignIn shows the form; fresh: with a new text even if this browser has one.
func (v *visit) showSignIn(status int, faults []fault, fresh bool) error {
	kept, ok := v.challenge(challengeMargin)
	if !ok || fresh {
		if err := v.site.Server.Admit(v.Context, api.ClassChallenge); err != nil {
			return err
		}
		c, err := v.site.People.Challenge(v.Request().Context())
		if err != nil {
			return err
		}
		v.keepChallenge(c)
		kept = keptChallenge{ID: c.ID, Document: c.Document, Expires: c.ExpiresAt}
	}
	p := v.view("signin.title")
	p.Active, p.Back, p.Faults = "sign-in", "/", faults
	left := kept.Expires.Sub(v.site.Server.Now())
	p.Data = signInData{Document: string(kept.Document), Until: kept.Expires, Minutes: int(left.Minutes())}
	return v.show(status, "sign-in", p)
}

// signInDocument is the text as a file, to be signed with any tool.
func signInDocument(v *visit) error {
	kept, ok := v.challenge(0)
	if !ok {
		return v.to("/sign-in")
	}
	return v.file("chesna-sign-in.txt", "text/plain; charset=utf-8", kept.Document)
}

func (v *visit) file(name, kind string, content []byte) error {
	v.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return v.Blob(http.StatusOK, kind, content)
}

func signIn(v *visit) error {
	if v.signed {
		return v.to(v.takeReturn("/appointments"))
	}
	signature, field, wrong, err := v.signature()
	if err != nil {
		return err
	}
	if wrong != "" {
		return v.showSignIn(http.StatusUnprocessableEntity, []fault{{field, v.t(wrong)}}, false)
	}
	kept, ok := v.challenge(0)
	if !ok {
		return v.showSignIn(http.StatusGone, []fault{{fieldFile, v.t("signin.fault.old")}}, true)
	}
	if err := v.site.Server.Admit(v.Context, api.ClassSignature); err != nil {
		return err
	}
	ctx := v.Request().Context()
	session, tokens, person, err := v.site.People.Complete(ctx, kept.ID, signature)
	if err != nil {
		if isCode(err, identity.CodeOf, identity.CodeChallengeUnknown) {
			return v.showSignIn(http.StatusGone, []fault{{fieldFile, v.t("signin.fault.old")}}, true)
		}
		faults, status, ok := v.refused(err, field, nil)
		if !ok {
			return err
		}
		return v.showSignIn(status, faults, false)
	}
	v.forgetChallenge()
	v.site.Server.SetTokens(v.Context, tokens)
	v.session, v.signed = session, true
	if person.Language != string(v.lang) {
		if err := v.site.People.SetLanguage(ctx, person.ID, string(v.lang)); err != nil {
			v.site.Logger.WarnContext(ctx, "keep the language of a person", "person", person.ID, "error", err)
		}
	}
	return v.to(v.takeReturn(firstPage(session)))
}

// firstPage is where a person goes who came for nothing special.
func firstPage(s identity.Session) string {
	if s.Has(identity.RoleOfficer) {
		return "/desk"
	}
	return "/book"
}

func (v *visit) forgetChallenge() { v.cookie(challengeCookie, "", -time.Second) }

func signOut(v *visit) error {
	if v.signed {
		if err := v.site.People.Logout(v.Request().Context(), v.session); err != nil {
			return err
		}
	}
	v.site.Server.ClearTokens(v.Context)
	return v.to("/?done=signed-out")
}
