package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"chesna/booking/audit"
	"chesna/booking/journal"
)

type drawVerify struct {
	Bundle  string   `arg:"" type:"path" help:"A draw's files: a folder or a .zip. With --history, a folder of them."`
	History bool     `help:"Check the draws of a folder, and its copy of the log (log/), as a whole."`
	Policy  string   `type:"path" help:"The trust policy that you pin; without it the bundle's own is used, and the verdict says so." placeholder:"FILE"`
	Receipt []string `type:"path" help:"Your receipt: says whether your line is in, your key, your place, and why. May be repeated." placeholder:"FILE"`
	JSON    bool     `name:"json" help:"Print the report as JSON."`
}

// Help is shown by chesna draw verify --help.
func (drawVerify) Help() string {
	return "Recomputes everything from the files alone, offline, one line for each check.\n\n" +
		"Exit status: 0 all checks hold; 1 something does not hold; 2 a file breaks the grammar or cannot be read;\n" +
		"3 consistent, but not independent: a development beacon, witnesses of the operator, other delays, or no pinned policy.\n\n" +
		"Examples:\n  chesna draw verify --policy policy.json waw-passport-2026w50.zip\n" +
		"  chesna draw verify --policy policy.json --receipt my-receipt waw-passport-2026w50.zip\n" +
		"  chesna draw verify --policy policy.json --history all-draws/"
}

// Run verifies and prints.
func (c drawVerify) Run() error {
	verdict, err := c.verify(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chesna draw verify:", err)
		if audit.IsForm(err) {
			return exitCode(audit.Unreadable)
		}
		return exitCode(audit.Broken)
	}
	if verdict == audit.Holds {
		return nil
	}
	return exitCode(verdict)
}

func (c drawVerify) verify(out io.Writer) (audit.Verdict, error) {
	options, err := c.options()
	if err != nil {
		return 0, err
	}
	if c.History {
		return c.history(out, options)
	}
	bundle, err := audit.Open(c.Bundle)
	if err != nil {
		return 0, err
	}
	report := audit.Verify(bundle, options)
	verdict := report.Verdict()
	if verdict == audit.Unreadable {
		return 0, &audit.FormError{File: bundle.Name, Reason: report.Checks[0].Detail}
	}
	if c.JSON {
		return verdict, printJSON(out, struct {
			audit.Report
			Verdict audit.Verdict `json:"verdict"`
		}{report, verdict})
	}
	if err := printChecks(out, report.Checks); err != nil {
		return 0, err
	}
	for _, l := range report.Lines {
		if _, err := fmt.Fprintf(out, "your receipt %s: %s\n", l.Receipt, l.Text); err != nil {
			return 0, err
		}
		if l.Key != "" {
			if _, err := fmt.Fprintf(out, "your key %s\n", l.Key); err != nil {
				return 0, err
			}
		}
	}
	_, err = fmt.Fprintf(out, "%s: %s\n", report.DrawID, verdict)
	return verdict, err
}

func (c drawVerify) options() (audit.Options, error) {
	var o audit.Options
	if c.Policy != "" {
		b, err := readSmall(c.Policy)
		if err != nil {
			return o, err
		}
		policy, err := journal.ParsePolicy(b)
		if err != nil {
			return o, &audit.FormError{File: c.Policy, Reason: err.Error()}
		}
		o.Policy = &policy
	}
	for _, file := range c.Receipt {
		b, err := readSmall(file)
		if err != nil {
			return o, err
		}
		o.Receipts = append(o.Receipts, audit.File{Name: filepath.Base(file), Bytes: b})
	}
	return o, nil
}

// readSmall reads a file of at most a megabyte.
func readSmall(path string) ([]byte, error) {
	const most = 1 << 20
	f, err := os.Open(path)
	if err != nil {
		return nil, &audit.FormError{File: path, Reason: "cannot be opened"}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil || len(b) > most {
		return nil, &audit.FormError{File: path, Reason: "cannot be read, or is too large"}
	}
	return b, nil
}

// history prints a line for each bundle, what is wrong with it below, then the checks of the whole.
func (c drawVerify) history(out io.Writer, o audit.Options) (audit.Verdict, error) {
	if len(o.Receipts) > 0 {
		return 0, &audit.FormError{File: "--receipt", Reason: "goes with the bundle of its draw, not with --history"}
	}
	report, err := audit.VerifyHistory(c.Bundle, o)
	if err != nil {
		return 0, err
	}
	verdict := report.Verdict()
	if c.JSON {
		return verdict, printJSON(out, struct {
			audit.HistoryReport
			Verdict audit.Verdict `json:"verdict"`
		}{report, verdict})
	}
	for _, b := range report.Bundles {
		if _, err := fmt.Fprintf(out, "%s (%s): %s\n", b.Name, b.DrawID, b.Verdict); err != nil {
			return 0, err
		}
		if b.Verdict != audit.Broken {
			continue // why it is not independent is said once, below
		}
		if err := printChecks(out, b.Faults); err != nil {
			return 0, err
		}
	}
	if err := printChecks(out, report.Checks); err != nil {
		return 0, err
	}
	_, err = fmt.Fprintf(out, "history of %d draws: %s\n", len(report.Bundles), verdict)
	return verdict, err
}

func printChecks(out io.Writer, checks []audit.Check) error {
	for _, c := range checks {
		mark := map[audit.State]string{audit.OK: "ok  ", audit.Failed: "FAIL", audit.NotApplicable: "-   ", audit.NotIndependent: "note"}[c.State]
		if _, err := fmt.Fprintf(out, "%s %-22s %s\n", mark, c.ID, c.Detail); err != nil {
			return err
		}
	}
	return nil
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
