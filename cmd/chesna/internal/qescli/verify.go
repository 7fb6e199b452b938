package qescli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"chesna/identity/qes"
)

// The exit codes.
const (
	ExitAccept = 0
	ExitReject = 1
	ExitUsage  = 2
)

// maxFile bounds each file: revocation lists of large authorities have some megabytes.
const maxFile = 64 << 20

// Args are the arguments of `chesna qes verify`; the tags are kong's.
type Args struct {
	Root         []string `help:"Trusted root certificate (DER or PEM). Repeatable." name:"root" required:"" type:"path" placeholder:"FILE"`
	Intermediate []string `help:"Further authority's certificate (DER or PEM). Repeatable." name:"intermediate" type:"path" placeholder:"FILE"`
	CRL          []string `help:"Revocation list (DER or PEM). Repeatable. Once one is given, the signer's issuer must have a current one." name:"crl" type:"path" placeholder:"FILE"`
	Content      string   `help:"What was signed, byte for byte; needed for a detached signature." name:"content" type:"path" placeholder:"FILE"`
	Profile      string   `help:"What the signer must be: citizen or operator." name:"profile" default:"citizen" placeholder:"NAME"`
	At           string   `help:"Time of judgement, RFC 3339." name:"at" required:"" placeholder:"TIME"`
	Signature    string   `arg:"" help:"CAdES-BES signature (DER or PEM)." type:"path" name:"sig"`
}

// Verify judges one signature. The verdict goes to stdout as one line of JSON, a usage error to stderr as one line.
func Verify(args Args, stdout, stderr io.Writer) int {
	report, err := run(args)
	if err != nil {
		fmt.Fprintf(stderr, "chesna qes verify: %v\n", err)
		return ExitUsage
	}
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(report); err != nil {
		fmt.Fprintf(stderr, "chesna qes verify: write verdict: %v\n", err)
		return ExitUsage
	}
	if report.Verdict == qes.Accept {
		return ExitAccept
	}
	return ExitReject
}

// run returns a report, or an error of usage.
func run(args Args) (qes.Report, error) {
	at, err := time.Parse(time.RFC3339, args.At)
	if err != nil {
		return qes.Report{}, fmt.Errorf("--at %q is not a time of RFC 3339, such as 2026-11-20T09:00:00Z", args.At)
	}
	profile := qes.Profile(args.Profile)
	if args.Profile == "" {
		profile = qes.ProfileCitizen
	}
	if profile != qes.ProfileCitizen && profile != qes.ProfileOperator {
		return qes.Report{}, fmt.Errorf("--profile %q is neither citizen nor operator", args.Profile)
	}
	if len(args.Root) == 0 || args.Signature == "" {
		return qes.Report{}, errors.New("--root and a signature file are required")
	}
	file, err := readFile(args.Signature)
	if err != nil {
		return qes.Report{}, err
	}
	request := qes.Request{At: at, Profile: profile}
	if args.Content != "" {
		if request.Content, err = readFile(args.Content); err != nil {
			return qes.Report{}, err
		}
	}
	trust, err := readTrust(args)
	if qes.CodeOf(err) == qes.CodeCRLMalformed {
		return qes.NewReport(qes.Signature{}, err), nil
	}
	if err != nil {
		return qes.Report{}, err
	}
	deps := qes.Deps{Trust: trust}
	if len(args.CRL) == 0 {
		deps.Revocation = qes.IfKnown
	}
	verifier, err := qes.New(deps)
	if err != nil {
		return qes.Report{}, err
	}
	if request.Message, err = qes.DecodeMessage(file); err != nil {
		return qes.NewReport(qes.Signature{}, err), nil
	}
	return qes.NewReport(verifier.Verify(request)), nil
}

func readTrust(args Args) (*qes.Trust, error) {
	roots, err := readFiles(args.Root)
	if err != nil {
		return nil, err
	}
	intermediates, err := readFiles(args.Intermediate)
	if err != nil {
		return nil, err
	}
	lists, err := readFiles(args.CRL)
	if err != nil {
		return nil, err
	}
	return qes.ParseTrust(roots, intermediates, lists)
}

func readFiles(names []string) ([][]byte, error) {
	var out [][]byte
	for _, name := range names {
		data, err := readFile(name)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// readFile never returns nil without an error: an empty content file is empty content, not none.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, maxFile)
	}
	if data == nil {
		data = []byte{}
	}
	return data, nil
}
