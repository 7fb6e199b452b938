package main

import (
	"os"

	"chesna/cmd/chesna/internal/qescli"
)

type qesCommand struct {
	Verify qesVerify `cmd:"" help:"Judge a CAdES signature by files alone; prints one JSON object."`
}

type qesVerify struct {
	qescli.Args
}

// Help is shown by chesna qes verify --help.
func (qesVerify) Help() string {
	return "Exit status: 0 accepted, 1 rejected, 2 wrong use.\n\nExample:\n" +
		"  chesna qes verify --root var/demo/trust/root.pem --intermediate var/demo/trust/ca.pem \\\n" +
		"    --crl var/demo/trust/ca.crl --crl var/demo/trust/root.crl --content booking.txt --at 2026-12-01T09:00:00Z booking.p7s"
}

// Run judges the signature.
func (c qesVerify) Run() error {
	if code := qescli.Verify(c.Args, os.Stdout, os.Stderr); code != 0 {
		return exitCode(code)
	}
	return nil
}
