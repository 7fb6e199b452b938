package web_test

import (
	"net/http"
	"testing"
)

// The record shows what happened to the person's data and rights in words, and names nobody else.
func TestRecordPage(t *testing.T) {
	w := newWorld(monday)
	for lang, words := range map[string][]string{
		"uk": {"Вхід", "0102030000000000", "Вказано країну перебування", "Польща", "Надано право", "officer@waw", "інший громадянин", "система"},
		"en": {"Sign-in", "0102030000000000", "Country of stay declared", "Poland", "Right given", "officer@waw", "another citizen", "the system"},
	} {
		v := visit(t, serve(t, w, false)).signIn(lang, "olena")
		v.get("/"+lang+"/record").want(http.StatusOK, words...)
	}
}
