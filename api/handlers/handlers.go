package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"chesna/api"
	"chesna/api/contract"
	"chesna/api/oapi"
	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

// Identity is what the API needs of identity; *identity.Service satisfies it.
type Identity interface {
	Challenge(ctx context.Context) (identity.Challenge, error)
	Complete(ctx context.Context, challengeID string, signature []byte) (identity.Session, identity.Tokens, identity.Person, error)
	Refresh(ctx context.Context, refresh string) (identity.Session, identity.Tokens, error)
	Reissue(ctx context.Context, session identity.Session) (identity.Session, identity.Tokens, error)
	Logout(ctx context.Context, session identity.Session) error
	Person(ctx context.Context, id uuid.UUID) (identity.Person, error)
	SetCountry(ctx context.Context, person uuid.UUID, country string) (identity.Person, error)
	SetLanguage(ctx context.Context, person uuid.UUID, language string) error
	SetEmail(ctx context.Context, person uuid.UUID, address string) error
	VerifyEmail(ctx context.Context, person uuid.UUID, code string) (identity.Person, error)
	Actions(ctx context.Context, person uuid.UUID, limit int) ([]identity.Action, error)
}

// Bookings is what the API needs of booking; *booking.Office satisfies it.
type Bookings interface {
	Availability(ctx context.Context, s identity.Session, c booking.ConsulateID, id booking.ServiceID) (booking.Openings, error)
	Reserve(ctx context.Context, s identity.Session, r booking.ReserveRequest) (booking.HeldSeat, error)
	Hold(ctx context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error)
	Extend(ctx context.Context, s identity.Session, id booking.HoldID) (booking.HeldSeat, error)
	Release(ctx context.Context, s identity.Session, id booking.HoldID) error
	Confirm(ctx context.Context, s identity.Session, id booking.HoldID, signature []byte) (booking.Appointment, error)
	Appointment(ctx context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error)
	Appointments(ctx context.Context, s identity.Session) ([]booking.Appointment, error)
	Cancel(ctx context.Context, s identity.Session, id uuid.UUID) (booking.Appointment, error)
	Record(ctx context.Context, s identity.Session, limit int) ([]booking.Event, error)
	RecordOutcome(ctx context.Context, s identity.Session, id uuid.UUID, out booking.Outcome, reason string) (booking.Appointment, error)
	Desk(ctx context.Context, s identity.Session, c booking.ConsulateID, day string) ([]booking.Appointment, error)
	Week(ctx context.Context, s identity.Session, c booking.ConsulateID, isoWeek string) (booking.Publication, error)
	PublishWeek(ctx context.Context, s identity.Session, c booking.ConsulateID, isoWeek string, expected int64, p booking.WeekPlan) (booking.Publication, error)
	LegalMinimum(ctx context.Context, c booking.ConsulateID, from, to capacity.Date) ([]booking.Publication, error)
}

// PersonLimits counts what one person does; over the limit it refuses with identity.CodeRateLimited.
type PersonLimits interface {
	Allow(ctx context.Context, action string, person uuid.UUID) error
}

// Deps is what the API stands on. All fields but Limits and Timeout are needed.
type Deps struct {
	Server    *api.Server
	Catalogue *booking.Catalogue
	Bookings  Bookings
	Identity  Identity
	// Draws are the waves; nil where nothing is given by draw: every draw is absent then.
	Draws Draws
	// Openings are the openings; nil where there are none: every opening is absent then.
	Openings Openings
	// Diary proves lines of the record; nil: none can be proved.
	Diary Diary
	// Logs are the public logs by name ("journal", "draws"), served under /journal/ and /draws/.
	Logs map[string]http.Handler
	// Limits by person and action (the x-person-limit of an operation); nil: none.
	Limits PersonLimits
	// Timeout bounds one request; 15 s when zero.
	Timeout time.Duration
}

// API serves the operations of openapi.yaml. It is safe for concurrent use and keeps no state but packed bundles.
type API struct {
	d        Deps
	contract *contract.Contract
	page     []byte // /docs
	bundles  *bundles
}

var _ oapi.StrictServerInterface = (*API)(nil)

// New checks its parts and reads the contract.
func New(d Deps) (*API, error) {
	if d.Server == nil || d.Catalogue == nil || d.Bookings == nil || d.Identity == nil {
		return nil, errors.New("handlers: a part is missing")
	}
	if d.Timeout == 0 {
		d.Timeout = 15 * time.Second
	}
	if d.Timeout < 0 {
		return nil, errors.New("handlers: the timeout is negative")
	}
	c, err := contract.Load(oapi.Spec())
	if err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	page, err := docs()
	if err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	return &API{d: d, contract: c, page: page, bundles: newBundles()}, nil
}

// Mount adds the operations, /openapi.yaml and /docs to the server. Call it once, before the server serves.
func (a *API) Mount() {
	r := a.d.Server.Router()
	r.Binder = binder{}
	gates := map[string][]echo.MiddlewareFunc{}
	for _, o := range a.contract.Operations() {
		gates[o.ID] = []echo.MiddlewareFunc{a.gate(o)}
		if o.Public && o.Method == http.MethodGet {
			gates[o.ID] = append(gates[o.ID], api.Cached(cacheAge(o.ID)))
		}
	}
	oapi.RegisterHandlersWithOptions(r, oapi.NewStrictHandler(a, nil), oapi.RegisterHandlersOptions{OperationMiddlewares: gates})
	a.mountLogs()
	r.GET("/openapi.yaml", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/yaml", oapi.Spec())
	}, a.d.Server.Limit(api.ClassCatalogue), api.Cached(time.Hour))
	r.GET("/docs", func(c echo.Context) error { return c.HTMLBlob(http.StatusOK, a.page) },
		a.d.Server.Limit(api.ClassCatalogue), api.Cached(time.Hour))
}

// cacheAge is how long a public answer may be kept: draws change by the second.
func cacheAge(operation string) time.Duration {
	switch operation {
	case "listDraws", "getDraw", "getResult", "getBundle", "listOpenings", "getOpeningOrder":
		return 2 * time.Second
	}
	return time.Minute
}
