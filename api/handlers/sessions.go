package handlers

import (
	"context"
	"time"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/identity"
)

// CreateChallenge implements POST /api/v1/sessions/challenge.
func (a *API) CreateChallenge(ctx context.Context, _ oapi.CreateChallengeRequestObject) (oapi.CreateChallengeResponseObject, error) {
	c, err := a.d.Identity.Challenge(ctx)
	if err != nil {
		return nil, err
	}
	return oapi.CreateChallenge201JSONResponse{ChallengeId: c.ID, Document: c.Document, ExpiresAt: utc(c.ExpiresAt)}, nil
}

// SignIn implements POST /api/v1/sessions.
func (a *API) SignIn(ctx context.Context, r oapi.SignInRequestObject) (oapi.SignInResponseObject, error) {
	signature, err := signatureBytes(r.Body.Signature)
	if err != nil {
		return nil, err
	}
	s, t, p, err := a.d.Identity.Complete(ctx, r.Body.ChallengeId, signature)
	if err != nil {
		return nil, err
	}
	return oapi.SignIn201JSONResponse{
		AccessToken: t.Access, TokenType: oapi.SignedInTokenTypeBearer, ExpiresAt: utc(t.AccessExpires),
		RefreshToken: t.Refresh, RefreshExpiresAt: utc(t.RefreshExpires), Session: session(s), Person: person(p),
	}, nil
}

// RefreshSession implements POST /api/v1/sessions/refresh.
func (a *API) RefreshSession(ctx context.Context, r oapi.RefreshSessionRequestObject) (oapi.RefreshSessionResponseObject, error) {
	s, t, err := a.d.Identity.Refresh(ctx, r.Body.RefreshToken)
	if err != nil {
		return nil, err
	}
	return oapi.RefreshSession200JSONResponse{
		AccessToken: t.Access, TokenType: oapi.TokensTokenTypeBearer, ExpiresAt: utc(t.AccessExpires),
		RefreshToken: t.Refresh, RefreshExpiresAt: utc(t.RefreshExpires), Session: session(s),
	}, nil
}

// GetSession implements GET /api/v1/sessions/current.
func (a *API) GetSession(ctx context.Context, _ oapi.GetSessionRequestObject) (oapi.GetSessionResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	return oapi.GetSession200JSONResponse(session(s)), nil
}

// SignOut implements DELETE /api/v1/sessions/current.
func (a *API) SignOut(ctx context.Context, _ oapi.SignOutRequestObject) (oapi.SignOutResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.d.Identity.Logout(ctx, s); err != nil {
		return nil, err
	}
	return oapi.SignOut204Response{}, nil
}

func session(s identity.Session) oapi.Session {
	out := oapi.Session{
		Id: s.ID.String(), Person: s.Person.String(), Staff: s.Staff, Roles: []oapi.Role{},
		ExpiresAt: utc(s.ExpiresAt), Country: optional(s.Country), EndsAt: optionalTime(s.EndsAt),
	}
	for _, g := range s.Grants {
		out.Roles = append(out.Roles, oapi.Role{Role: oapi.RoleRole(g.Role), Consulate: optional(g.Consulate)})
	}
	return out
}

// utc is a time as the API writes it: whole seconds, UTC.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// optional is nil for the empty string.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// optionalTime is nil for the zero time.
func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = utc(t)
	return &t
}

// value is "" for nil.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
