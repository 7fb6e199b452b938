package configs

import (
	"errors"
	"testing"
)

// FuzzLoad: any file either loads without a fault or is refused with Errors that
// name the file; never a panic. The first byte chooses the file.
func FuzzLoad(f *testing.F) {
	for i, name := range Files() {
		raw, err := Sample(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), raw)
	}
	f.Add(byte(0), []byte("hold: {ttl: 10}\n? [a, b]\n: c\n"))
	f.Add(byte(1), []byte("edge: {pages: {requests: 1e9, period: -1s}}"))
	f.Add(byte(2), []byte("holidays: {NO: [{date: 2027-02-30, uk: '', en: ''}]}\nconsulates: [{}]"))
	f.Add(byte(3), []byte("groups: [{id: a, minutes: 0}]\nreasons: []\nservices: [{group: a}]"))
	f.Add(byte(4), []byte("default: a\ntemplates: {a: {counters: [{id: c1, openings: [{workdays: [9]}]}]}}\nposts: {}"))
	f.Add(byte(0), []byte("a: &a [*a]"))
	base := defaultsOf(f)
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
