package identity_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"chesna/booking/bookingtest/servers"
	"chesna/identity"
	"chesna/identity/identitytest"
)

func TestMain(m *testing.M) { servers.Main(m) }

func wantCode(t *testing.T, err error, code identity.Code, reason string) {
	t.Helper()
	var e *identity.Error
	if !errors.As(err, &e) || e.Code != code || e.Reason != reason {
		t.Fatalf("want %s (%s), got %v", code, reason, err)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestSignIn(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		w, ctx := identitytest.New(t, e), t.Context()
		a := identitytest.Person(1)
		c := must[identity.Challenge](t)(w.Challenge(ctx))
		for _, part := range []string{"Чесна\n", "Дія: вхід\n", "Сайт: " + identitytest.Origin + "\n", "Підписати не пізніше: 20.11.2026 09:05:00 UTC\n"} {
			if !strings.Contains(string(c.Document), part) {
				t.Errorf("the text lacks %q:\n%s", part, c.Document)
			}
		}
		session, tokens, person, err := w.Complete(ctx, c.ID, identitytest.Sign(a, c.Document))
		if err != nil {
			t.Fatal(err)
		}
		if person.ID != session.Person || person.Names != a.Names || person.Language != "uk" {
			t.Errorf("%#v", person.ID)
		}
		got := must[identity.Session](t)(w.Authenticate(ctx, tokens.Access))
		if diff := cmp.Diff(session, got); diff != "" {
			t.Error(diff)
		}
		_, _, _, err = w.Complete(ctx, c.ID, identitytest.Sign(a, c.Document))
		wantCode(t, err, identity.CodeChallengeUnknown, "")

		second, _ := w.SignIn(t, a)
		if second.Person != session.Person || second.ID == session.ID {
			t.Error("the same human signs in as another person, or into the same session")
		}
		entry := identity.Action{At: w.Clock.Now(), Kind: identity.ActionSignIn, By: session.Person, Certificate: a.Certificate}
		list := must[[]identity.Action](t)(w.Actions(ctx, session.Person, 10))
		ignore := cmpopts.IgnoreFields(identity.Action{}, "Seq")
		if diff := cmp.Diff([]identity.Action{entry, entry}, list, ignore); diff != "" || list[0].Seq <= list[1].Seq {
			t.Error(diff)
		}
		if ins := must[[]identity.SignIn](t)(w.SignIns(ctx, session.Person, 1)); len(ins) != 1 || ins[0].Certificate != a.Certificate {
			t.Error(ins)
		}
	})
}

func TestSignInRefusals(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	a := identitytest.Person(1)
	c := must[identity.Challenge](t)(w.Challenge(ctx))
	complete := func(id string, signature []byte) error {
		_, _, _, err := w.Complete(ctx, id, signature)
		return err
	}
	other := must[identity.Challenge](t)(w.Challenge(ctx))
	wantCode(t, complete(c.ID, identitytest.Sign(a, other.Document)), identity.CodeSignatureRejected, "content-mismatch")
	wantCode(t, complete(c.ID, []byte("x")), identity.CodeSignatureRejected, "malformed")
	wantCode(t, complete(c.ID, nil), identity.CodeInvalid, "")
	wantCode(t, complete(c.ID, make([]byte, identity.MaxSignatureBytes+1)), identity.CodeInvalid, "")
	for _, id := range []string{"", "zz", strings.Repeat("0", 32), "}{" + c.ID} {
		wantCode(t, complete(id, identitytest.Sign(a, c.Document)), identity.CodeChallengeUnknown, "")
	}
	nobody := identity.Assertion{Names: a.Names}
	wantCode(t, complete(c.ID, identitytest.Sign(nobody, c.Document)), identity.CodeSignatureRejected, "no-identifier")
	if err := complete(c.ID, identitytest.Sign(a, c.Document)); err != nil {
		t.Fatal("wrong signatures ended the challenge:", err)
	}
	for range 5 {
		wantCode(t, complete(other.ID, []byte("x")), identity.CodeSignatureRejected, "malformed")
	}
	wantCode(t, complete(other.ID, identitytest.Sign(a, other.Document)), identity.CodeChallengeUnknown, "")

	late := must[identity.Challenge](t)(w.Challenge(ctx))
	w.Clock.Advance(5 * time.Minute)
	wantCode(t, complete(late.ID, identitytest.Sign(a, late.Document)), identity.CodeChallengeUnknown, "")
}

func TestOneChallengeSignsInOnce(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		w := identitytest.New(t, e, func(d *identity.Deps) { d.Policy.ChallengeTries = 100 })
		c := must[identity.Challenge](t)(w.Challenge(t.Context()))
		signature := identitytest.Sign(identitytest.Person(1), c.Document)
		var in atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, _, _, err := w.Complete(t.Context(), c.ID, signature)
				switch {
				case err == nil:
					in.Add(1)
				case identity.CodeOf(err) != identity.CodeChallengeUnknown:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Fatalf("%d sessions out of one challenge", in.Load())
		}
	})
}

func TestRefreshLogoutAndReuse(t *testing.T) {
	servers.Engines(t, func(t *testing.T, e servers.Engine) {
		w, ctx := identitytest.New(t, e), t.Context()
		session, first := w.SignIn(t, identitytest.Person(1))
		w.Clock.Advance(time.Minute)
		fresh, second, err := w.Refresh(ctx, first.Refresh)
		if err != nil || fresh.ID != session.ID || second.Refresh == first.Refresh || !second.AccessExpires.After(first.AccessExpires) {
			t.Fatal(err)
		}
		_, repeated, err := w.Refresh(ctx, first.Refresh)
		if err != nil || repeated.Refresh != second.Refresh {
			t.Fatal("a lost answer cannot be repeated:", err)
		}
		w.Clock.Advance(11 * time.Second)
		_, _, err = w.Refresh(ctx, first.Refresh)
		wantCode(t, err, identity.CodeUnauthenticated, "reused")
		_, _, err = w.Refresh(ctx, second.Refresh)
		wantCode(t, err, identity.CodeUnauthenticated, "ended")
		_, err = w.Authenticate(ctx, second.Access)
		wantCode(t, err, identity.CodeUnauthenticated, "ended")

		session, tokens := w.SignIn(t, identitytest.Person(1))
		if _, err := w.Authenticate(ctx, tokens.Access); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.Logout(ctx, session); err != nil {
				t.Fatal(err)
			}
		}
		_, err = w.Authenticate(ctx, tokens.Access)
		wantCode(t, err, identity.CodeUnauthenticated, "ended")
		_, _, err = w.Reissue(ctx, session)
		wantCode(t, err, identity.CodeUnauthenticated, "ended")
	})
}

func TestEndedSessionIsRefusedElsewhereWithinTheLag(t *testing.T) {
	e := servers.MiniredisEngine(t)
	w, ctx := identitytest.New(t, e), t.Context()
	session, tokens := w.SignIn(t, identitytest.Person(1))
	if _, err := w.Authenticate(ctx, tokens.Access); err != nil {
		t.Fatal(err)
	}
	if err := w.State.EndSession(ctx, session.Person, session.ID); err != nil { // another process
		t.Fatal(err)
	}
	if _, err := w.Authenticate(ctx, tokens.Access); err != nil {
		t.Fatal("asked the store again within the lag:", err)
	}
	w.Clock.Advance(time.Second)
	_, err := w.Authenticate(ctx, tokens.Access)
	wantCode(t, err, identity.CodeUnauthenticated, "ended")
}

func TestSessionEndsWhateverIsRefreshed(t *testing.T) {
	w, ctx := identitytest.New(t, servers.MiniredisEngine(t)), t.Context()
	session, tokens := w.SignIn(t, identitytest.Person(1))
	for w.Clock.Now().Before(session.EndsAt.Add(-30 * time.Minute)) {
		w.Clock.Advance(30 * time.Minute)
		var err error
		if _, tokens, err = w.Refresh(ctx, tokens.Refresh); err != nil {
			t.Fatal(err)
		}
		if tokens.AccessExpires.After(session.EndsAt) || tokens.RefreshExpires.After(session.EndsAt) {
			t.Fatal("tokens outlive the session")
		}
	}
	w.Clock.Advance(30 * time.Minute)
	_, _, err := w.Refresh(ctx, tokens.Refresh)
	wantCode(t, err, identity.CodeUnauthenticated, "ended")
	_, err = w.Authenticate(ctx, tokens.Access)
	wantCode(t, err, identity.CodeUnauthenticated, "expired")
}

func TestStoresThatCannotBeReached(t *testing.T) {
	e := servers.RedisEngine(t)
	w, ctx := identitytest.New(t, e), t.Context()
	_, tokens := w.SignIn(t, identitytest.Person(1))
	c := must[identity.Challenge](t)(w.Challenge(ctx))
	w.Pool.Close()
	_, _, _, err := w.Complete(ctx, c.ID, identitytest.Sign(identitytest.Person(1), c.Document))
	if identity.CodeOf(err) != identity.CodeUnavailable {
		t.Fatal(err)
	}
	if _, err := w.State.TryChallenge(ctx, c.ID, 99); err != nil {
		t.Fatal("a store that failed cost the challenge:", err)
	}
	e.Server.Kill9()
	w.Clock.Advance(2 * time.Second)
	if _, err := w.Authenticate(ctx, tokens.Access); identity.CodeOf(err) != identity.CodeUnavailable {
		t.Fatal(err)
	}
}
