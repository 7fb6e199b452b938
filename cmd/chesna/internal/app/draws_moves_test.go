package app

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// moveAnAppointment keeps the old time until a new one is signed for.
func moveAnAppointment(t *testing.T, d demo) {
	const service = "life-certificate"
	s := d.publish(t, "ham", "docs", 3, span{"thu", "14:00", "15:00"})
	taras := d.visitor(t, "taras")
	old := "/appointments/" + taras.book(s.post, service).text("id")
	id := strings.TrimPrefix(old, "/appointments/")
	open := s.taking(s.draw)
	wish := map[string]any{"windows": open.numbers(), "service": service, "cannot": true}
	taras.enter(s.draw, map[string]any{"windows": open.numbers(), "cannot": true, "reschedules": id})
	s.drawn(s.draw)
	o := taras.won(s.draw)
	if got := taras.call("GET", old, nil).want(200, "").text("state"); got != "booked" || o.Reschedules != id {
		t.Errorf("before she signs the old appointment is %s; the offer is %+v", got, o)
	}
	moved := taras.take(o)
	if got := taras.call("GET", old, nil).want(200, "").text("state"); got != "cancelled" {
		t.Errorf("the old appointment is %s", got)
	}
	if got := taras.call("GET", "/appointments/"+moved[0].ID, nil).want(200, ""); got.text("state") != "booked" || !moved[0].Start.Equal(o.Seats[0].Start) {
		t.Errorf("the new appointment: %s", got.body)
	}
	standby := s.taking(s.standby(1))
	if standby.Seats != 1 {
		t.Errorf("the old seat's draw: %+v", standby)
	}
	wish["windows"] = standby.numbers()
	got := taras.call("PUT", "/draws/"+standby.ID+"/entry", wish)
	if got.status != 409 {
		t.Errorf("entering for what he gave back: %d %s", got.status, got.body)
	}
}

// leaveAndElsewhere: a person has one live entry; a child has one, whoever declares it.
func leaveAndElsewhere(t *testing.T, d demo) {
	const service = "life-certificate"
	one := d.publish(t, "dus", "docs", 3, span{"mon", "14:00", "15:00"})
	other := d.publish(t, "fra", "docs", 3, span{"mon", "14:00", "15:00"})
	nataliia, bohdan, kateryna := d.visitor(t, "nataliia"), d.visitor(t, "bohdan"), d.visitor(t, "kateryna")
	a, b := one.taking(one.draw), other.taking(other.draw)
	wish := map[string]any{"windows": a.numbers(), "service": service, "cannot": true}
	nataliia.enter(a.ID, wish)
	left := nataliia.signed("DELETE", "/draws/"+a.ID+"/entry", map[string]any{}).want(200, "")
	if e := nataliia.entry(a.ID); e.State != "left" || e.Rev != 2 || !slices.Contains(strings.Split(left.text("receipt"), "\n"), "-") {
		t.Errorf("after leaving: %+v, receipt %s", e, left.text("receipt"))
	}
	nataliia.call("DELETE", "/draws/"+a.ID+"/entry", nil).want(404, "entry-absent")
	nataliia.enter(a.ID, wish)
	nataliia.enter(b.ID, map[string]any{"windows": b.numbers(), "service": service, "cannot": true})
	if before, now := nataliia.entry(a.ID), nataliia.entry(b.ID); before.State != "left" || now.State != "live" {
		t.Errorf("moved from %+v to %+v", before, now)
	}

	child := map[string]any{"windows": b.numbers(), "service": "consular-registration", "cannot": true, "applicant": map[string]any{
		"relation": "child", "surname": "Маленька", "givenName": "Яринка", "birthDate": "2021-02-03", "birthCertificate": "I-БК 323456",
	}}
	bohdan.enter(b.ID, child)
	kateryna.call("PUT", "/draws/"+b.ID+"/entry", child).want(409, "already-entered")
	child["windows"] = a.numbers()
	kateryna.call("PUT", "/draws/"+a.ID+"/entry", child).want(409, "already-entered")
	if done := one.drawn(a.ID); done.Entries != 0 {
		t.Errorf("nobody was left, but: %+v", done)
	}
	nataliia.call("PUT", "/draws/"+a.ID+"/entry", wish).want(409, "entry-closed")
	if done := other.drawn(b.ID); done.Entries != 2 || done.Served != 2 {
		t.Errorf("drawn: %+v", done)
	}
	other.bundleHolds(b.ID, bohdan.entry(b.ID).Receipt)
}

// lateCancelPauses: who cancels late cannot enter for a while, and is told until when.
func lateCancelPauses(t *testing.T, d demo) {
	const service = "life-certificate"
	soon := d.publish(t, "muc", "docs", 1)
	s := d.publish(t, "muc", "docs", 3, span{"mon", "14:00", "15:00"})
	yurii := d.visitor(t, "yurii")
	var slot string
	for _, w := range yurii.windows(s.post, service) {
		for _, x := range w.Slots {
			if isoWeek(x.Start.ISOWeek()) == soon.week {
				slot = x.ID
			}
		}
	}
	h := yurii.call("POST", "/holds", map[string]any{"consulate": s.post, "service": service, "slot": slot}).want(201, "")
	booked := yurii.confirm(h.text("holdId"), h.document()).want(201, "")
	yurii.call("POST", "/appointments/"+booked.text("id")+"/cancel", nil).want(200, "")
	open := s.taking(s.draw)
	got := yurii.call("PUT", "/draws/"+s.draw+"/entry", map[string]any{"windows": open.numbers(), "service": service, "cannot": true}).want(409, "paused")
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// chesna is the program, built once for the demo.
func chesna(t *testing.T, d demo) string {
	t.Helper()
	path := filepath.Join(d.data, "chesna")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "chesna/cmd/chesna")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func enterWithOpenSSL(t *testing.T, d demo) {
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	program := chesna(t, d)
	d.publish(t, "brq", "passport", 3, span{"mon", "14:00", "16:00"})
	ctx, cancel := context.WithTimeout(t.Context(), drawPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", filepath.Join(root, "docs/examples/enter-a-draw-with-openssl.sh"), d.data, "petro")
	cmd.Env = append(os.Environ(), "CHESNA="+program, "SOON=8", "TZ=UTC")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	for _, want := range []string{`"state": "booked"`, "your receipt", "consistent, but not independent"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v, no %q\n%s", err, want, out)
		}
	}
}
