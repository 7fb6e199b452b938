package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"chesna/configs"
	"chesna/identity"
	"chesna/identity/assertion"
	"chesna/identity/devqtsp"
	"chesna/identity/keyring"
	"chesna/identity/mailer"
	identitypg "chesna/identity/pgstore"
	"chesna/identity/pseudonym"
	"chesna/identity/qes"
	"chesna/identity/redisstate"
	"chesna/identity/sealing"
	"chesna/identity/token"
)

// systemName is what signed texts call this system.
const systemName = "ЧЕСНА — запис на прийом до консула"

// systemNameEnglish is what English mails call it.
const systemNameEnglish = "Chesna – consular appointments"

// identityParts are what identity is made of.
type identityParts struct {
	trust        *qes.TrustHolder
	trustService *devqtsp.Authority // the demo's; nil in production
	ring         *keyring.Ring
	verifier     *qes.Verifier
	judge        *assertion.Verifier
	state        *redisstate.Store
	people       *identity.Service
	signed       acts
	sealer       identity.Sealer
	mail         identity.Mailer
	mailbox      *mailer.Mailbox // the demo's, where no mail server is set
}

// buildIdentity joins the use cases of identity with their adapters.
func (a *App) buildIdentity(context.Context) error {
	c := a.options.Config
	var err error
	if a.parts.ring, err = a.openKeys(); err != nil {
		return err
	}
	reach := qes.RequireSigner
	if c.Identity.Revocation == configs.RevocationChain {
		reach = qes.RequireChain
	}
	if a.parts.verifier, err = qes.New(qes.Deps{Trust: a.parts.trust, CheckDigits: c.Identity.CheckDigits, Revocation: reach}); err != nil {
		return err
	}
	judge, err0 := assertion.New(assertion.Deps{QES: a.parts.verifier, Parallel: runtime.GOMAXPROCS(0)})
	minter, err1 := token.New(token.Deps{Ring: a.parts.ring, Issuer: a.origin, MaxAge: c.Session.AccessTTL.D()})
	hasher, err2 := pseudonym.New(a.parts.ring)
	box, err3 := sealing.New(a.parts.ring)
	state, err4 := redisstate.New(redisstate.Deps{Client: a.parts.redis})
	persons, err5 := identitypg.New(identitypg.Deps{Pool: a.parts.pool})
	post, err6 := a.openMail()
	if err := errors.Join(err0, err1, err2, err3, err4, err5, err6); err != nil {
		return err
	}
	a.parts.state, a.parts.judge, a.parts.sealer = state, judge, box
	d := identity.Deps{
		Origin: a.origin, SystemName: systemName, Now: a.now,
		Signatures: judge, Pseudonyms: hasher, Sealer: box, Tokens: minter,
		Persons: persons, Rights: persons, Identifiers: persons,
		Challenges: state, Sessions: state, EmailCodes: state, Limiter: state, Mailer: post,
		StaffInstitutions: c.Identity.Institutions, Demo: a.options.Demo && !c.Identity.CheckDigits,
		Policy: identity.Policy{
			ChallengeTTL: c.Session.ChallengeTTL.D(), AccessTTL: c.Session.AccessTTL.D(),
			RefreshIdle: c.Session.IdleTTL.D(), SessionTTL: c.Session.RefreshTTL.D(),
			EmailCodeTTL: c.Session.MailCodeTTL.D(), CountryInterval: c.Booking.CountryChangeEvery.D(),
		},
	}
	if a.options.Demo {
		d.StaffInstitutions = []string{devqtsp.InstitutionEDRPOU}
	}
	a.parts.people, err = identity.New(d)
	a.parts.signed = acts{a.parts.people}
	return err
}

// openKeys reads the master key; the demo makes one at its first start and keeps it in its data folder.
func (a *App) openKeys() (*keyring.Ring, error) {
	if secret := a.options.Config.Keys.Master; secret.IsSet() {
		return keyring.Parse(secret.Reveal())
	}
	if !a.options.Demo {
		return nil, errors.New("CHESNA_KEYS_MASTER is not set")
	}
	path := filepath.Join(a.options.DataDir, "keys", "master")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		text = []byte(keyring.Generate(1) + "\n")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("keep the demo's key: %w", err)
		}
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("keep the demo's key: %w", err)
	}
	return keyring.Parse(string(text))
}

// acts is identity as booking needs it: with a way to recognise a signature that was accepted before.
type acts struct{ *identity.Service }

// SignatureDigest implements booking.Acts.
func (acts) SignatureDigest(signature []byte) ([32]byte, error) {
	der, err := qes.DecodeMessage(signature)
	if err == nil {
		var d [32]byte
		if d, err = qes.Digest(der); err == nil {
			return d, nil
		}
	}
	return [32]byte{}, &identity.Error{
		Code: identity.CodeSignatureRejected, Reason: string(qes.CodeOf(err)), Detail: "the signature is not accepted", Cause: err,
	}
}
