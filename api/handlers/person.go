package handlers

import (
	"context"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/api/problem"
	"chesna/identity"
)

// GetPerson implements GET /api/v1/person.
func (a *API) GetPerson(ctx context.Context, _ oapi.GetPersonRequestObject) (oapi.GetPersonResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.d.Identity.Person(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	return oapi.GetPerson200JSONResponse{PersonJSONResponse: oapi.PersonJSONResponse(person(p))}, nil
}

// SetCountry implements PUT /api/v1/person/country. The session learns of it by a new access token.
func (a *API) SetCountry(ctx context.Context, r oapi.SetCountryRequestObject) (oapi.SetCountryResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	// Nobody could book from a country that no post serves, and would be held to it for months.
	if len(a.d.Catalogue.For(r.Body.Country)) == 0 {
		return nil, problem.Refuse(problem.CodeInvalid, "", problem.Field{
			Pointer: "/country", In: "body", Code: problem.FieldUnknown, Detail: "no post serves this country",
		})
	}
	p, err := a.d.Identity.SetCountry(ctx, s.Person, r.Body.Country)
	if err != nil {
		return nil, err
	}
	out, err := a.changed(ctx, s, p)
	return oapi.SetCountry200JSONResponse(out), err
}

// SetEmail implements PUT /api/v1/person/email.
func (a *API) SetEmail(ctx context.Context, r oapi.SetEmailRequestObject) (oapi.SetEmailResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.d.Identity.SetEmail(ctx, s.Person, r.Body.Email); err != nil {
		return nil, err
	}
	return oapi.SetEmail202Response{}, nil
}

// VerifyEmail implements POST /api/v1/person/email/verify. The session learns of it by a new access token.
func (a *API) VerifyEmail(ctx context.Context, r oapi.VerifyEmailRequestObject) (oapi.VerifyEmailResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.d.Identity.VerifyEmail(ctx, s.Person, r.Body.Code)
	if err != nil {
		return nil, err
	}
	out, err := a.changed(ctx, s, p)
	return oapi.VerifyEmail200JSONResponse(out), err
}

// changed answers a person with an access token that knows what has changed.
func (a *API) changed(ctx context.Context, s identity.Session, p identity.Person) (oapi.PersonChanged, error) {
	_, t, err := a.d.Identity.Reissue(ctx, s)
	if err != nil {
		return oapi.PersonChanged{}, err
	}
	return oapi.PersonChanged{
		Person: person(p), AccessToken: t.Access, TokenType: oapi.PersonChangedTokenTypeBearer, ExpiresAt: utc(t.AccessExpires),
	}, nil
}

// SetLanguage implements PUT /api/v1/person/language.
func (a *API) SetLanguage(ctx context.Context, r oapi.SetLanguageRequestObject) (oapi.SetLanguageResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.d.Identity.SetLanguage(ctx, s.Person, string(r.Body.Language)); err != nil {
		return nil, err
	}
	return oapi.SetLanguage204Response{}, nil
}

func person(p identity.Person) oapi.Person {
	out := oapi.Person{
		Id: p.ID.String(), Surname: p.Names.Surname, GivenName: p.Names.GivenName, Patronymic: optional(p.Names.Patronymic),
		Email: optional(p.Email), EmailVerified: p.EmailVerified, Country: optional(p.Country),
		CountryChangeableAt: optionalTime(p.CountryChangeableAt),
	}
	if p.Language != "" {
		lang := oapi.PersonLanguage(p.Language)
		out.Language = &lang
	}
	return out
}
