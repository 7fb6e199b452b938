package web

import (
	"math"
	"net/http"

	"chesna/booking/wave"
)

type entriesData struct {
	Live, Past []entryData
}

// entries are the person's own, newest first.
func entries(v *visit) error {
	source, err := v.draws()
	if err != nil {
		return err
	}
	list, err := source.Entries(v.Request().Context(), v.session)
	if err != nil {
		return err
	}
	var d entriesData
	for _, e := range list {
		one, err := v.describeEntry(e)
		if err != nil {
			return err
		}
		if one.Live {
			d.Live = append(d.Live, one)
		} else {
			d.Past = append(d.Past, one)
		}
	}
	p := v.view("entries.title")
	p.Active, p.Data = "entries", d
	return v.show(http.StatusOK, "entries", p)
}

type cardData struct {
	lot
	Card    wave.Card
	Percent int    // the chance, rounded down
	Basis   string // of the chance, or why there is none
	Standby *lot
	Policy  wave.Policy
}

// cardPage says calmly why somebody was not served, and what can honestly be expected.
func cardPage(v *visit) error {
	one, err := v.lotOf()
	if err != nil {
		return err
	}
	c, err := v.site.Draws.Card(v.Request().Context(), v.session, one.ID)
	if err != nil {
		return err
	}
	d := cardData{lot: one, Card: c, Percent: int(math.Floor(100 * c.Chance)), Basis: c.Basis, Policy: v.site.Release}
	if v.lang == "en" {
		d.Basis = c.BasisEN
	}
	if c.Standby != nil {
		next, err := v.lot(*c.Standby)
		if err != nil {
			return err
		}
		d.Standby = &next
	}
	p := v.view("card.title")
	if c.Won {
		p.Title = v.t("card.won.title")
	}
	p.Active, p.Back, p.Data = "entries", "/draws/"+string(one.ID), d
	return v.show(http.StatusOK, "card", p)
}
