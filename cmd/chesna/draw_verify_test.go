package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

// TestVerifyCommand runs chesna draw verify as its users type it: testdata/verify. The files of two draws, an
// independent one and one with everything in the operator's hands, are made anew each time.
func TestVerifyCommand(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/verify", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error { return bundles(e.WorkDir) },
	})
}

func bundles(dir string) error {
	stamper, err := audittest.NewStamper()
	if err != nil {
		return err
	}
	for name, o := range map[string]audittest.Options{
		"independent": {Stamper: stamper}, "demo": {Witnesses: 1, Self: true, Development: true},
	} {
		w, err := audittest.New(o)
		if err != nil {
			return err
		}
		open, err := w.Announce(audittest.Spec{
			ID: "waw-passport-2026w50", Kind: "main", Consulate: "waw", Group: "passport", Pool: "draw", ISOWeek: "2026-W50",
			Seats: w.Seats("s", 4, 2), Fast: name == "demo",
		})
		if err != nil {
			return err
		}
		for _, p := range w.People(7) {
			open.Enter([]*audittest.Person{p}, 3)
		}
		if err := open.Close(audittest.Closing{}); err != nil {
			return err
		}
		if err := open.Draw(); err != nil {
			return err
		}
		if err := publish(filepath.Join(dir, name), w, open); err != nil {
			return err
		}
	}
	return nil
}

// publish writes a folder, a zip, the policy, a receipt of who won and one of who was not taken in, and a history.
func publish(dir string, w *audittest.World, o *audittest.Open) error {
	b := o.Bundle()
	if err := audittest.Write(filepath.Join(dir, "bundle"), b); err != nil {
		return err
	}
	packed, err := audittest.Zip(b)
	if err != nil {
		return err
	}
	missing := o.Entries[0]
	missing.NF = [32]byte{1}
	edited := audittest.Clone(b)
	edited.Result = bytes.Replace(edited.Result, edited.Result[:64], bytes.Repeat([]byte("a"), 64), 1)
	if err := audittest.Write(filepath.Join(dir, "edited"), edited); err != nil {
		return err
	}
	broken := audittest.Clone(b)
	broken.Manifest = append([]byte("\r\n"), broken.Manifest...)
	if err := audittest.Write(filepath.Join(dir, "broken"), broken); err != nil {
		return err
	}
	if err := audittest.Write(filepath.Join(dir, "history", b.Name), b); err != nil {
		return err
	}
	if err := w.WriteLog(filepath.Join(dir, "history", "log")); err != nil {
		return err
	}
	for _, f := range []audit.File{
		{Name: "bundle.zip", Bytes: packed},
		{Name: "policy.json", Bytes: w.PolicyFile()},
		{Name: "receipt", Bytes: o.Entries[0].Receipt},
		{Name: "missing", Bytes: o.Receipt(missing, 1)},
	} {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Bytes, 0o600); err != nil {
			return err
		}
	}
	return nil
}
