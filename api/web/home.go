package web

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"chesna/api/locale"
	"chesna/booking"
	"chesna/booking/capacity"
)

// metered is a post with the legal meter of some weeks, the running one first.
type metered struct {
	Post  booking.Consulate
	Weeks []booking.Publication
}

// Now is the meter of the running week.
func (m metered) Now() capacity.Report { return m.Weeks[0].Meter }

// Short tells whether one of the weeks is below the legal minimum.
func (m metered) Short() bool { return !m.Now().Met }

// ByDraw tells whether the post gives its seats by draw.
func (m metered) ByDraw() bool { return m.Post.Pool == booking.PoolDraw }

// metersFor is how long measured weeks are shown before they are measured again.
const metersFor = time.Minute

// Weeks from the running one that are measured: for the lists of all posts, and for the page of one.
const (
	listedWeeks = 2
	postWeeks   = 4
)

// meterCache keeps the public meters of all posts, so that the home page costs the ledger nothing. While one
// visitor's request measures again, the others get what was measured last.
type meterCache struct {
	measuring sync.Mutex
	last      atomic.Pointer[meterSheet]
}

type meterSheet struct {
	at    time.Time
	posts []metered
}

func (m *meterSheet) fresh(now time.Time) bool {
	return m != nil && now.Sub(m.at) < metersFor && !now.Before(m.at)
}

// meters measures all posts; the running week is the one at the post's own time.
func (s *Site) meters(ctx context.Context) ([]metered, error) {
	now := s.Server.Now()
	if sheet := s.cache.last.Load(); sheet.fresh(now) {
		return sheet.posts, nil
	} else if !s.cache.measuring.TryLock() {
		if sheet != nil {
			return sheet.posts, nil
		}
		s.cache.measuring.Lock()
	}
	defer s.cache.measuring.Unlock()
	if sheet := s.cache.last.Load(); sheet.fresh(now) {
		return sheet.posts, nil
	}
	next := &meterSheet{at: now}
	for _, c := range s.Catalogue.Consulates() {
		m, err := s.meter(ctx, c, listedWeeks)
		if err != nil {
			return nil, err
		}
		next.posts = append(next.posts, m)
	}
	s.cache.last.Store(next)
	return next.posts, nil
}

func (s *Site) meter(ctx context.Context, c booking.Consulate, span int) (metered, error) {
	from := capacity.DateOf(s.Server.Now().In(c.Location))
	weeks, err := s.Bookings.LegalMinimum(ctx, c.ID, from, from.AddDays(7*(span-1)))
	return metered{Post: c, Weeks: weeks}, err
}

type homeData struct {
	Ready  bool
	Short  []metered
	Posts  int
	Direct []metered // posts that book at once
	Drawn  int
	Policy booking.Policy
}

func home(v *visit) error {
	ctx := v.Request().Context()
	d := homeData{Ready: v.site.Ready(ctx) == nil, Policy: v.site.Policy}
	posts, err := v.site.meters(ctx)
	if err != nil {
		d.Ready = false
		v.site.Logger.WarnContext(ctx, "measure the posts for the home page", "error", err)
	}
	d.Posts = len(posts)
	for _, m := range posts {
		if m.Short() {
			d.Short = append(d.Short, m)
		}
		if m.ByDraw() {
			d.Drawn++
		} else if m.Now().Online+m.Weeks[len(m.Weeks)-1].Meter.Online > 0 {
			d.Direct = append(d.Direct, m)
		}
	}
	p := v.view("home.title")
	p.Wide, p.Active, p.Data = true, "home", d
	return v.show(http.StatusOK, "home", p)
}

func consulates(v *visit) error {
	posts, err := v.site.meters(v.Request().Context())
	if err != nil {
		return err
	}
	p := v.view("posts.title")
	p.Wide, p.Active, p.Back = true, "consulates", "/"
	p.Data = sortedBy(v.lang, posts, func(m metered) booking.Consulate { return m.Post })
	return v.show(http.StatusOK, "consulates", p)
}

type consulateData struct {
	metered
	Now time.Time
}

func consulate(v *visit) error {
	post, err := v.site.Catalogue.Consulate(booking.ConsulateID(v.Param("consulate")))
	if err != nil {
		return err
	}
	m, err := v.site.meter(v.Request().Context(), post, postWeeks)
	if err != nil {
		return err
	}
	p := v.view("posts.title")
	p.Title = post.City.In(string(v.lang)) + ", " + post.Country.In(string(v.lang))
	p.Active, p.Back = "consulates", "/consulates"
	p.Data = consulateData{metered: m, Now: v.site.Server.Now().In(post.Location)}
	return v.show(http.StatusOK, "consulate", p)
}

// sortedBy orders things of posts by country and city in the language of the page.
func sortedBy[T any](l locale.Lang, list []T, post func(T) booking.Consulate) []T {
	return sorted(l, list, func(x T) string {
		p := post(x)
		return p.Country.In(string(l)) + "\x00" + p.City.In(string(l))
	})
}
