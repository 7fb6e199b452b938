// Package locale holds the words of the pages in the languages of the service, Ukrainian first.
//
// The messages are in active.uk.yaml and active.en.yaml; a key in one and not in the other is an error that a
// test reports. Plurals follow CLDR (go-i18n). Dates are spelled out, times are on the 24-hour clock.
//
// Reading order: locale.go (messages), dates.go (days, times, spans), places.go (names of countries).
package locale
