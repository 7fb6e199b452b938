package locale_test

import (
	"strings"
	"testing"

	"golang.org/x/text/language"

	"chesna/api/locale"
)

func TestCountriesAreWrittenByTheRulesOf2019(t *testing.T) {
	for code, want := range map[string]string{
		"AE": "Об’єднані Арабські Емірати", "BA": "Боснія і Герцеговина", "BE": "Бельгія", "BR": "Бразилія", "GT": "Гватемала",
		"LU": "Люксембург", "MK": "Північна Македонія", "NO": "Норвегія", "PY": "Парагвай", "PT": "Португалія", "UY": "Уругвай",
		"VN": "В’єтнам", "XK": "Косово", "CI": "Кот-д’Івуар", "US": "США",
	} {
		if got := locale.Country(locale.Ukrainian, code); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if got := locale.Country(locale.English, "MK"); got != "North Macedonia" {
		t.Errorf("MK: %q", got)
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			if r, err := language.ParseRegion(code); err != nil || !r.IsCountry() {
				continue
			}
			if name := locale.Country(locale.Ukrainian, code); strings.ContainsAny(name, "ґҐʼ'") {
				t.Errorf("%s: %q", code, name)
			}
		}
	}
	for code, want := range map[string]string{"pt": "португальська", "vi": "в’єтнамська", "no": "норвезька", "uk": "українська"} {
		if got := locale.Tongue(locale.Ukrainian, code); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
}
