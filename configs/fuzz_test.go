package configs

import (
	"errors"
	"testing"
)

const seedPost = `holidays: {PL: [{date: 2026-11-11, uk: а, en: a}]}
consulates:
  - {id: waw, kind: embassy, city: {uk: а, en: a}, country: {code: PL, uk: а, en: a}, timezone: Europe/Warsaw,
     district: [{country: PL, regions: [PL-14]}], languages: [uk], workdays: [mon, fri], terminal: true, pool: open}
`

const seedService = `groups: [{id: docs, title: {uk: а, en: a}, minutes: 15}]
reasons: [{code: "07", title: {uk: а, en: a}}]
services:
  - {id: a-b, group: docs, title: {uk: а, en: a}, minutes: 15, documents: [{uk: а, en: a}],
     fee: {amount: "12.50", currency: USD, informational: true, note: {uk: а, en: a}},
     applicants: any, whoMay: {uk: а, en: a}, presence: false, reasons: ["07"]}
`

const seedTemplate = `default: a
templates: {a: {counters: [{id: c1, openings: [{workdays: [1, 5], from: "09:00", to: "12:00", group: docs, pool: kiosk}]}]}}
posts: {waw: a}
`

// FuzzLoad: any file either loads without a fault or is refused with Errors that
// name the file; never a panic. The first byte chooses the file.
func FuzzLoad(f *testing.F) {
	f.Add(byte(0), []byte("hold: {ttl: 7m}\nserver: {trustedProxies: [10.0.0.0/8]}\nredis: {mode: cluster, addrs: ['h:1']}\n"))
	f.Add(byte(1), []byte("edge: {api: {requests: 1, period: 1m}}\nperson: {hold: {rate: 1, per: 1m, burst: 1}}"))
	f.Add(byte(2), []byte(seedPost))
	f.Add(byte(3), []byte(seedService))
	f.Add(byte(4), []byte(seedTemplate))
	f.Add(byte(0), []byte("hold: {ttl: 10}\n? [a, b]\n: c\n"))
	f.Add(byte(1), []byte("edge: {pages: {requests: 1e9, period: -1s}}"))
	f.Add(byte(2), []byte("holidays: {NO: [{date: 2027-02-30, uk: '', en: ''}]}\nconsulates: [{}]"))
	f.Add(byte(3), []byte("groups: [{id: a, minutes: 0}]\nreasons: []\nservices: [{group: a}]"))
	f.Add(byte(4), []byte("default: a\ntemplates: {a: {counters: [{id: c1, openings: [{workdays: [9]}]}]}}\nposts: {}"))
	f.Add(byte(0), []byte("a: &a [*a]"))
	base := defaultsOf(f)
	base.Consulates, base.Schedule.Posts = base.Consulates[:2], nil // a small world is a fast one
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		name := Files()[int(which)%len(Files())]
		c := *base
		var list Errors
		var posts consulatesFile
		var services servicesFile
		var dst any = &c
		switch name {
		case FileLimits:
			c.Limits = Limits{}
			dst = &c.Limits
		case FileConsulates:
			dst = &posts
		case FileServices:
			dst = &services
		case FileSchedule:
			c.Schedule = Schedule{}
			dst = &c.Schedule
		}
		lines := decodeStrict(name, data, dst, &list)
		switch name {
		case FileConsulates:
			c.Consulates, c.Holidays = posts.Consulates, posts.Holidays
		case FileServices:
			c.Groups, c.Reasons, c.Services = services.Groups, services.Reasons, services.Services
		}
		if len(list) == 0 {
			list = c.check(map[string]lineIndex{name: lines})
		}
		for _, e := range list.sorted() {
			var one FieldError
			if !errors.As(e, &one) || e.File == "" || e.Code == "" || e.Detail == "" {
				t.Errorf("%+v", e)
			}
		}
	})
}
