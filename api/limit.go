package api

import (
	"time"

	"github.com/labstack/echo/v4"
	"github.com/ulule/limiter/v3"
	"github.com/ulule/limiter/v3/drivers/store/memory"

	"chesna/api/problem"
)

// edgeLimits are coarse limits by client address, in a fixed window, per process. They are sized for whole
// mobile networks behind one address and only keep floods off; fairness between people is identity's limiter.
type edgeLimits struct {
	classes map[string]*limiter.Limiter
}

func newEdgeLimits(limits map[string]EdgeLimit) *edgeLimits {
	e := &edgeLimits{classes: map[string]*limiter.Limiter{}}
	for class, l := range limits {
		store := memory.NewStoreWithOptions(limiter.StoreOptions{Prefix: class, CleanUpInterval: time.Minute})
		e.classes[class] = limiter.New(store, limiter.Rate{Period: l.Period, Limit: int64(l.Requests)})
	}
	return e
}

// Limit makes the middleware of a route class.
func (s *Server) Limit(class string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := s.Admit(c, class); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// Admit counts the request in a class and refuses it over the limit with CodeTooManyRequests.
func (s *Server) Admit(c echo.Context, class string) error {
	l, ok := s.limits.classes[class]
	if !ok {
		return nil
	}
	got, err := l.Get(c.Request().Context(), clientKey(c))
	if err != nil {
		return err
	}
	if !got.Reached {
		return nil
	}
	wait := time.Until(time.Unix(got.Reset, 0))
	return &problem.Error{Code: problem.CodeTooManyRequests, RetryAfter: max(wait, time.Second)}
}
