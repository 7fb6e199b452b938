package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"chesna/cmd/chesna/internal/app"
	"chesna/cmd/chesna/internal/obs"
	"chesna/identity"
)

type staffCommand struct {
	Appoint staffAppoint `cmd:"" help:"Give a right to the holder of a signature."`
	List    staffList    `cmd:"" help:"Show the register of rights."`
}

// open connects to the register with the settings of the service.
func (f configFlag) openStaff(ctx context.Context) (*app.Staff, error) {
	cfg, err := f.load()
	if err != nil {
		return nil, err
	}
	logger, err := obs.NewLogger(os.Stderr, "warn", "text")
	if err != nil {
		return nil, err
	}
	return app.OpenStaff(ctx, app.Options{Config: cfg, Logger: logger, Version: version})
}

type staffAppoint struct {
	configFlag
	Signature string `required:"" help:"Attached signature (.p7s) of the person over any text, such as an application for access." type:"path" placeholder:"FILE"`
	Role      string `required:"" help:"officer, analyst, administrator or auditor." enum:"officer,analyst,administrator,auditor"`
	Consulate string `help:"The officer's post; * for all." placeholder:"ID"`
}

// Help is shown by chesna staff appoint --help.
func (staffAppoint) Help() string {
	return "Needs the environment of chesna serve. The certificate must name an institution; the register keeps who got what and when.\n\n" +
		"Example:\n  chesna staff appoint --config /etc/chesna --signature application.p7s --role officer --consulate waw"
}

// Run appoints and prints the person's pseudonym.
func (c staffAppoint) Run(ctx context.Context) (err error) {
	if (c.Role == string(identity.RoleOfficer)) != (c.Consulate != "") {
		return errors.New("--consulate goes with --role officer, and only with it")
	}
	staff, err := c.openStaff(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, staff.Close(ctx)) }()
	person, err := staff.Appoint(ctx, c.Signature, identity.Grant{Role: identity.Role(c.Role), Consulate: c.Consulate})
	if err != nil {
		return err
	}
	fmt.Println("appointed", person)
	return nil
}

type staffList struct {
	configFlag
}

// Help is shown by chesna staff list --help.
func (staffList) Help() string { return "Example:\n  chesna staff list --config /etc/chesna" }

// Run prints a line for each right that was ever given.
func (c staffList) Run(ctx context.Context) (err error) {
	staff, err := c.openStaff(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, staff.Close(ctx)) }()
	rows, err := staff.Register(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		by, until := r.By.String(), "stands"
		if r.By == uuid.Nil {
			by = "the operator"
		}
		if !r.WithdrawnAt.IsZero() {
			until = "withdrawn " + r.WithdrawnAt.Format(time.RFC3339)
		}
		fmt.Printf("%s  %-14s %-4s given %s by %s, %s\n", r.Person, r.Grant.Role, r.Grant.Consulate, r.At.Format(time.RFC3339), by, until)
	}
	return nil
}
