package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"chesna/booking/journal"
	"chesna/booking/journal/monitor"
)

type journalCommand struct {
	Verify journalVerify `cmd:"" help:"Recompute a whole log from its files and say whether it holds together."`
	Fetch  journalFetch  `cmd:"" help:"Copy a log's files into a folder, or bring a copy up to date."`
}

// fetchTimeout bounds one file of a log.
const fetchTimeout = 2 * time.Minute

func outsideClient() *http.Client { return &http.Client{Timeout: fetchTimeout} }

type journalVerify struct {
	Where  string `arg:"" help:"Where the log is: its address, such as https://host/journal or https://host/draws, or a folder with a copy." placeholder:"URL|DIR"`
	Key    string `help:"The log's verifier key (name+hash+base64)." placeholder:"VKEY" xor:"key"`
	Policy string `help:"A trust policy: keys of the logs and of the witnesses." type:"path" placeholder:"FILE" xor:"key"`
	Log    string `help:"Which log it is; draws also checks its numbers, and says which key of the policy counts." enum:",journal,draws" default:"" placeholder:"journal|draws"`
	Since  string `help:"An older checkpoint that the log must extend." type:"path" placeholder:"FILE"`
}

// Help is shown by chesna journal verify --help.
func (journalVerify) Help() string {
	return "Prints one line for each check: ok, FAIL, or -- for what was not checked.\n" +
		"Exit status: 0 all holds, 1 something does not, 2 wrong use or not readable.\n\n" +
		"Example:\n  chesna journal verify https://chesna.example/draws --log draws --policy policy.json --since yesterday"
}

// Run checks and prints.
func (c journalVerify) Run(ctx context.Context) error {
	report, err := c.verify(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chesna journal verify:", err)
		return exitCode(2)
	}
	for _, check := range report.Checks {
		fmt.Println(check)
	}
	if !report.OK() {
		return exitCode(1)
	}
	return nil
}

func (c journalVerify) verify(ctx context.Context) (*monitor.Report, error) {
	o := monitor.Options{Log: c.Log}
	var err error
	if c.Key != "" {
		if o.Key, err = journal.NewVerifier(c.Key); err != nil {
			return nil, fmt.Errorf("--key: %w", err)
		}
	}
	if c.Policy != "" {
		if c.Log == "" {
			return nil, errors.New("--policy needs --log: which key counts")
		}
		b, err := readTrusted(c.Policy)
		if err != nil {
			return nil, err
		}
		p, err := journal.ParsePolicy(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Policy, err)
		}
		o.Policy = &p
	}
	if c.Since != "" {
		if o.Since, err = readTrusted(c.Since); err != nil {
			return nil, err
		}
	}
	source, err := monitor.Open(c.Where, outsideClient())
	if err != nil {
		return nil, err
	}
	return monitor.Verify(ctx, source, o)
}

// readTrusted reads a file of at most a mebibyte.
func readTrusted(path string) ([]byte, error) {
	const most = 1 << 20
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(b) > most {
		err = fmt.Errorf("%s: more than %d bytes", path, most)
	}
	return b, err
}

type journalFetch struct {
	URL string `arg:"" name:"url" help:"The log's address." placeholder:"URL"`
	Dir string `arg:"" help:"The copy; made if it is not there." type:"path" placeholder:"DIR"`
}

// Help is shown by chesna journal fetch --help.
func (journalFetch) Help() string {
	return "What is there is kept, so an interrupted copy goes on where it ended. A log that has shrunk or changed is refused,\n" +
		"and the copy stays as it is: it is evidence. Check the copy with chesna journal verify DIR.\n" +
		"Exit status: 0 copied, 1 the log contradicts the copy, 2 wrong use or not readable.\n\n" +
		"Example:\n  chesna journal fetch https://chesna.example/draws ./draws-copy"
}

// Run copies.
func (c journalFetch) Run(ctx context.Context) error {
	source, err := monitor.Open(c.URL, outsideClient())
	if err == nil {
		var got monitor.Fetched
		if got, err = monitor.Fetch(ctx, source, c.Dir); err == nil {
			fmt.Printf("%s: %d leaves; %d files copied, %d were there\n", got.Checkpoint.Origin, got.Checkpoint.Size, got.Files, got.Kept)
			return nil
		}
	}
	fmt.Fprintln(os.Stderr, "chesna journal fetch:", err)
	if journal.CodeOf(err) == journal.CodeFork {
		return exitCode(1)
	}
	return exitCode(2)
}
