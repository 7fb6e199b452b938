package locale

import (
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

func (l Lang) tag() language.Tag {
	if l == English {
		return language.BritishEnglish
	}
	return language.Ukrainian
}

// Country names a country by its code (ISO 3166-1 alpha-2); the code itself when it is not known.
func Country(l Lang, code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := amended(l, region.String()); name != "" {
		return name
	}
	if name := display.Regions(l.tag()).Name(region); name != "" {
		return written(l, name)
	}
	return code
}

// Tongue names a language by its code (ISO 639-1) in the language of the page.
func Tongue(l Lang, code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if base, _ := tag.Base(); l == Ukrainian && (base.String() == "no" || base.String() == "nb") {
		return "норвезька"
	}
	if name := display.Languages(l.tag()).Name(tag); name != "" {
		return written(l, name)
	}
	return code
}

func written(l Lang, name string) string {
	if l == Ukrainian {
		return written2019(name)
	}
	return name
}

// Sorter compares names in the order of the language's alphabet. It is not safe for concurrent use.
func Sorter(l Lang) func(a, b string) int {
	c := collate.New(l.tag())
	return c.CompareString
}
