package booking

import (
	"time"

	"chesna/booking/capacity"
)

// ConsulateID names a post: two to eight lower-case letters or digits, such as "waw". It never holds a
// dash, so that it can stand in front of other identifiers.
type ConsulateID string

// CounterID names a counter (a window with an officer behind it) within one post: one to four lower-case
// letters or digits. Citizens never see it.
type CounterID string

// Text is a short public text in the two languages of the service.
type Text struct {
	UK string `json:"uk"`
	EN string `json:"en"`
}

// In returns the text in the language, Ukrainian unless lang is "en" and an English text exists.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.UK
}

// District is a part of a consular district: a country (ISO 3166-1 alpha-2), and, where the country is
// split between posts, the regions of it that belong to the post (no regions: the whole country).
type District struct {
	Country string
	Regions []string
}

// Consulate is a post that receives citizens.
type Consulate struct {
	ID        ConsulateID
	City      Text
	Country   Text
	CountryID string // ISO 3166-1 alpha-2
	Location  *time.Location
	District  []District
	Languages []string
	// Workdays are the days of the week on which the post works; R-06 is counted over them.
	Workdays []capacity.Weekday
	// Holidays are the local dates on which the post is closed by law.
	Holidays []capacity.Date
	// Terminal tells that the post has a terminal in its hall.
	Terminal bool
	// Pool is where the seats of a published week go unless the schedule says otherwise.
	Pool Pool
}

// Serves tells whether the post's district covers the country.
func (c Consulate) Serves(country string) bool {
	for _, d := range c.District {
		if d.Country == country {
			return true
		}
	}
	return false
}
