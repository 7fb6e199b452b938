package identity_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/identitytest"
	"chesna/identity/keyring"
)

func TestRights(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t), func(d *identity.Deps) {
		d.StaffInstitutions = []string{"00012925"}
	}), t.Context()
	admin, officer := identitytest.Person(1), identitytest.Person(2)
	admin.EDRPOU, officer.EDRPOU = "00012925", "00012925"
	adminID := must[uuid.UUID](t)(w.Appoint(ctx, admin, identity.Grant{Role: identity.RoleAdministrator}))
	officerID := must[uuid.UUID](t)(w.Appoint(ctx, officer))
	right := identity.Grant{Role: identity.RoleOfficer, Consulate: "waw"}

	for _, by := range []uuid.UUID{officerID, uuid.Nil, uuid.New()} {
		wantCode(t, w.Grant(ctx, by, officerID, right), identity.CodeForbidden, "")
	}
	wantCode(t, w.Grant(ctx, adminID, adminID, right), identity.CodeForbidden, "")
	wantCode(t, w.Grant(ctx, adminID, uuid.New(), right), identity.CodePersonUnknown, "")
	for _, bad := range []identity.Grant{{}, {Role: identity.RoleCitizen}, {Role: identity.RoleOfficer}, {Role: "root"}, {Role: identity.RoleOfficer, Consulate: "WAW@"}} {
		wantCode(t, w.Grant(ctx, adminID, officerID, bad), identity.CodeInvalid, "")
	}
	for range 2 {
		if err := w.Grant(ctx, adminID, officerID, right); err != nil {
			t.Fatal(err)
		}
	}
	session, tokens := w.SignIn(t, officer)
	if !session.HasAt(identity.RoleOfficer, "waw") || session.HasAt(identity.RoleOfficer, "ber") || !session.Has(identity.RoleCitizen) || session.Has(identity.RoleAdministrator) {
		t.Fatal(session.Grants)
	}
	private := officer
	private.EDRPOU = officer.RNOKPP // a sole trader's
	if s, _ := w.SignIn(t, private); s.Has(identity.RoleOfficer) || s.Staff {
		t.Fatal("rights of staff with a private certificate")
	}
	if err := w.Withdraw(ctx, adminID, officerID, right); err != nil {
		t.Fatal(err)
	}
	_, err := w.Authenticate(ctx, tokens.Access)
	wantCode(t, err, identity.CodeUnauthenticated, "ended")
	wantCode(t, w.Withdraw(ctx, adminID, officerID, right), identity.CodeInvalid, "")
	if s, _ := w.SignIn(t, officer); s.Has(identity.RoleOfficer) {
		t.Fatal("a withdrawn right")
	}
	kinds := ""
	for _, a := range must[[]identity.Action](t)(w.Actions(ctx, officerID, 100)) {
		kinds += string(a.Kind) + " " + a.Detail + ";"
	}
	if kinds != "sign-in ;withdrawal officer@waw;sign-in ;sign-in ;grant officer@waw;" {
		t.Error(kinds)
	}
	register := must[[]identity.GrantRow](t)(w.GrantRegister(ctx, 10))
	want := []identity.GrantRow{
		{Person: officerID, Grant: right, By: adminID, At: w.Clock.Now(), WithdrawnBy: adminID, WithdrawnAt: w.Clock.Now()},
		{Person: adminID, Grant: identity.Grant{Role: identity.RoleAdministrator}, At: w.Clock.Now()},
	}
	if diff := cmp.Diff(want, register); diff != "" {
		t.Fatal(diff)
	}
}

func TestActs(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	a, b := identitytest.Person(1), identitytest.Person(2)
	session, _ := w.SignIn(t, a)
	w.SignIn(t, b)
	document := []byte("Бронювання\n")
	signature := identitytest.Sign(a, document)
	act := must[identity.Act](t)(w.VerifyAct(ctx, session.Person, document, signature))
	if act.Person != session.Person || act.Digest == [32]byte{} || slices.Equal(act.Evidence, signature) {
		t.Fatal("act is not whole")
	}
	got := must[identity.Evidence](t)(w.OpenEvidence(session.Person, act.Evidence))
	if !slices.Equal(got.Signature, signature) || !slices.Equal(got.Document, document) {
		t.Fatal("evidence differs")
	}
	if _, err := w.OpenEvidence(uuid.New(), act.Evidence); err == nil {
		t.Fatal("evidence opens for another person")
	}
	if _, err := w.OpenEvidence(session.Person, act.Evidence[:len(act.Evidence)-1]); err == nil {
		t.Fatal("broken evidence opens")
	}
	verify := func(a identity.Assertion) error {
		_, err := w.VerifyAct(ctx, session.Person, document, identitytest.Sign(a, document))
		return err
	}
	wantCode(t, verify(b), identity.CodeSignerMismatch, "")
	wantCode(t, verify(identitytest.Person(3)), identity.CodeSignerMismatch, "")
	wantCode(t, verify(identity.Assertion{}), identity.CodeSignerMismatch, "")
	mixed := a
	mixed.UNZR = b.UNZR
	wantCode(t, verify(mixed), identity.CodeSignerMismatch, "")
	if err := verify(identity.Assertion{RNOKPP: a.RNOKPP, Document: "AA000001"}); err != nil {
		t.Fatal("a new certificate of the same person: ", err)
	}
	_, err := w.VerifyAct(ctx, session.Person, []byte("інше"), signature)
	wantCode(t, err, identity.CodeSignatureRejected, "content-mismatch")
	for range 30 {
		_, err = w.VerifyAct(context.Background(), session.Person, document, []byte("x"))
	}
	wantCode(t, err, identity.CodeRateLimited, "act")
}

// The master key is changed as rotation.go says, under running sign-ins.
func TestMasterKeyChanges(t *testing.T) {
	e := servers.MiniredisEngine(t)
	w, ctx := identitytest.New(t, e), t.Context()
	people := []identity.Assertion{identitytest.Person(1), identitytest.Person(2), identitytest.Person(3)}
	var before []uuid.UUID
	for _, p := range people {
		s, _ := w.SignIn(t, p)
		before = append(before, s.Person)
	}
	if n := must[int](t)(w.Rehash(ctx, 10)); n != 0 {
		t.Fatalf("%d to hash under the current key", n)
	}
	both := w.WithKeys(t, w.Keys+" "+keyring.Generate(2))
	if got, _ := both.SignIn(t, people[0]); got.Person != before[0] {
		t.Fatal("another person while both keys are loaded")
	}
	if _, err := both.RetireKey(ctx, 2); err == nil {
		t.Fatal("the current key was retired")
	}
	if _, err := both.RetireKey(ctx, 1); identity.CodeOf(err) != identity.CodeInvalid {
		t.Fatalf("a key was retired that is still needed: %v", err)
	}
	for must[int](t)(both.Rehash(ctx, 2)) > 0 {
	}
	after := both.WithKeys(t, both.Keys, 1)
	if n := must[int64](t)(after.RetireKey(ctx, 1)); n != 6 {
		t.Fatalf("%d hashes retired, want 6", n)
	}
	for i, p := range people {
		if got, _ := after.SignIn(t, p); got.Person != before[i] {
			t.Fatal("another person after the change")
		}
	}
	if n := must[int64](t)(after.RetireKey(ctx, 1)); n != 0 {
		t.Fatalf("%d hashes under the retired key came back", n)
	}
	if got := must[identity.Person](t)(after.Person(ctx, before[1])); got.Names != people[1].Names {
		t.Fatal("names sealed before the change cannot be read")
	}
}
