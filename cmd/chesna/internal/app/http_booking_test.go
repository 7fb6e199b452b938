package app

import (
	"bytes"
	"context"
	"image/png"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func bookWithOpenSSL(t *testing.T, d demo) {
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, person := range []string{"olena", "petro"} { // an elliptic and an RSA key
		cmd := exec.CommandContext(ctx, "bash", filepath.Join(root, "docs/examples/book-with-openssl.sh"), d.data, person)
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("cancelled")) {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}

func bookAndCancel(t *testing.T, d demo) {
	me, other, officer := d.visitor(t, "iryna"), d.visitor(t, "taras"), d.visitor(t, "officer-waw")
	posts := me.openPosts()
	open := me.windows(posts[0], "passport-adult")
	slot := open[0].Slots[0]
	h := me.call("POST", "/holds", map[string]any{"consulate": posts[0], "service": "passport-adult", "slot": slot.ID}).want(201, "")
	path := "/holds/" + h.text("holdId")
	if h.text("slot") != slot.ID {
		t.Errorf("held %s instead of %s", h.text("slot"), slot.ID)
	}
	again := me.holdAt(posts[0], "passport-adult").want(200, "")
	read := me.call("GET", path, nil).want(200, "")
	if again.text("holdId") != h.text("holdId") || !bytes.Equal(read.document(), h.document()) {
		t.Error("asking again gave another hold or another text")
	}
	if elsewhere := me.holdAt(posts[1], "passport-adult").want(200, ""); elsewhere.text("holdId") != h.text("holdId") {
		t.Error("a second hold in the group, at another post")
	}
	other.call("GET", path, nil).want(404, "hold-not-found")

	signed := map[string]any{"signature": me.sign(h.document(), false)} // attached
	booked := me.call("POST", path+"/confirm", signed).want(201, "")
	repeated := me.call("POST", path+"/confirm", signed).want(201, "")
	if !bytes.Equal(booked.body, repeated.body) {
		t.Errorf("the same signature: %s, then %s", booked.body, repeated.body)
	}
	me.confirm(h.text("holdId"), h.document()).want(409, "already-confirmed")
	me.holdAt(posts[1], "passport-adult").want(409, "already-booked")
	me.holdAt(posts[1], "notary-copy").want(201, "") // another group of services

	own := "/appointments/" + booked.text("id")
	if c := me.call("GET", own+"/calendar.ics", nil).want(200, ""); !bytes.Contains(c.body, []byte("BEGIN:VEVENT")) {
		t.Errorf("calendar: %s", c.body)
	}
	if _, err := png.Decode(bytes.NewReader(me.call("GET", own+"/qr.png", nil).want(200, "").body)); err != nil {
		t.Errorf("QR code: %v", err)
	}
	officer.call("POST", own+"/outcome", map[string]any{"outcome": "served"}).want(409, "too-early")
	me.call("POST", own+"/outcome", map[string]any{"outcome": "served"}).want(403, "forbidden")
	other.call("POST", own+"/cancel", nil).want(404, "appointment-absent")
	if n := officer.seatsAt(posts[0], slot.Start)["booked"]; n != 1 {
		t.Errorf("%d seats booked at that time", n)
	}
	cancelled := me.call("POST", own+"/cancel", nil).want(200, "")
	if seats := officer.seatsAt(posts[0], slot.Start); cancelled.text("state") != "cancelled" || seats["returned"] != 1 || seats["booked"] != 0 {
		t.Errorf("after cancelling %s: seats %v", cancelled.text("state"), seats)
	}
	me.holdAt(posts[1], "passport-adult").want(201, "") // free to go elsewhere
}

// seatsAt counts a post's seats that start at a moment, by state, as its officer sees them.
func (v *visitor) seatsAt(post string, start time.Time) map[string]int {
	v.Helper()
	year, week := start.In(time.UTC).ISOWeek()
	var out struct {
		Seats []struct {
			Start        time.Time
			State, Group string
		}
	}
	v.call("GET", "/consulates/"+post+"/weeks/"+isoWeek(year, week), nil).want(200, "").into(&out)
	states := map[string]int{}
	for _, s := range out.Seats {
		if s.Start.Equal(start) && s.Group == "passport" {
			states[s.State]++
		}
	}
	return states
}

func holdExtendRelease(t *testing.T, d demo) {
	me, officer := d.visitor(t, "andrii"), d.visitor(t, "officer-ber")
	post := me.openPosts()[2]
	h := me.holdAt(post, "passport-adult").want(201, "")
	path := "/holds/" + h.text("holdId")
	extended := me.call("POST", path+"/extend", nil).want(200, "")
	if extended.text("expiresAt") != h.text("lastExpiry") || !bytes.Equal(extended.document(), h.document()) {
		t.Errorf("extended to %s, stated %s", extended.text("expiresAt"), h.text("lastExpiry"))
	}
	me.call("POST", path+"/extend", nil).want(409, "already-extended")
	start, err := time.Parse(time.RFC3339, h.text("start"))
	if err != nil {
		t.Fatal(err)
	}
	me.call("DELETE", path, nil).want(204, "")
	me.call("GET", path, nil).want(404, "hold-not-found")
	eventually(t, "the seat is returned", func() bool { return officer.seatsAt(post, start)["returned"] == 1 })
}

func threeHoldsADay(t *testing.T, d demo) {
	me := d.visitor(t, "halyna")
	post := me.openPosts()[0]
	for range 3 {
		h := me.holdAt(post, "passport-adult").want(201, "")
		me.call("DELETE", "/holds/"+h.text("holdId"), nil).want(204, "")
	}
	if got := me.holdAt(post, "passport-adult").want(429, "hold-limit"); got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func refusedSignatures(t *testing.T, d demo) {
	me, other := d.visitor(t, "dmytro"), d.visitor(t, "bohdan")
	post := me.openPosts()[1]
	h := me.holdAt(post, "passport-adult").want(201, "")
	confirm := func(signature []byte) answer {
		t.Helper()
		return me.call("POST", "/holds/"+h.text("holdId")+"/confirm", map[string]any{"signature": signature})
	}
	good := me.sign(h.document(), true)
	tampered := slices.Clone(good)
	tampered[len(tampered)-5] ^= 1
	foreign := other.holdAt(post, "passport-adult").want(201, "")
	confirm(other.sign(h.document(), true)).want(403, "signer-mismatch")
	confirm(tampered).want(422, "signature-rejected")
	confirm(me.sign(append(h.document(), ' '), true)).want(422, "signature-rejected")
	confirm(me.sign(append(h.document(), ' '), false)).want(422, "signature-rejected")
	confirm(me.sign(foreign.document(), true)).want(422, "signature-rejected")
	confirm(me.signIn).want(422, "signature-rejected")
	confirm([]byte("no signature at all")).want(422, "signature-rejected")
	confirm(good).want(201, "")
	other.call("POST", "/holds/"+foreign.text("holdId")+"/confirm", map[string]any{"signature": good}).want(422, "signature-rejected")
}

func bookForAChild(t *testing.T, d demo) {
	mother, father := d.visitor(t, "mariia"), d.visitor(t, "mykola")
	post := mother.openPosts()[3]
	child := map[string]any{
		"relation": "child", "surname": "Маленька", "givenName": "Яринка", "birthDate": "2021-02-03", "birthCertificate": "I-БК 123456",
	}
	hold := func(v *visitor, applicant any) answer {
		t.Helper()
		open := v.windows(post, "passport-child")
		body := map[string]any{"consulate": post, "service": "passport-child", "window": open[0].ID}
		if applicant != nil {
			body["applicant"] = applicant
		}
		return v.call("POST", "/holds", body)
	}
	hold(mother, nil).want(422, "applicant-refused")
	h := hold(mother, child).want(201, "")
	if !bytes.Contains(h.document(), []byte("Маленька Яринка")) {
		t.Errorf("the child is not named in the text: %s", h.document())
	}
	hold(father, child).want(409, "hold-elsewhere") // one seat for one child, whoever asks
	booked := mother.confirm(h.text("holdId"), h.document()).want(201, "")
	hold(father, child).want(409, "already-booked")
	if booked.member("forAnother") != true {
		t.Errorf("booked: %s", booked.body)
	}
	mother.book(post, "passport-adult") // the mother herself is another applicant
}
