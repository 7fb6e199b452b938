package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"chesna/booking/beacon"
	"chesna/booking/draw"
)

type drawCommand struct {
	Run    drawRun    `cmd:"" help:"Compute a draw's result from its published files."`
	Verify drawVerify `cmd:"" help:"Check a draw, or the history of draws, from the published files alone."`
	Fetch  drawFetch  `cmd:"" help:"Copy the public files of all draws that have ended."`
}

// maxDrawFile bounds each file: a million entries are about 90 MB.
const maxDrawFile = 1 << 30

type drawRun struct {
	DrawID    string `required:"" help:"The draw's identifier." placeholder:"ID"`
	ChainHash string `required:"" help:"Hash of the beacon's chain, 64 lower-case hex digits; drand quicknet is known." placeholder:"HEX"`
	Beacon    string `help:"Description of another chain (JSON), which must be the one of --chain-hash." type:"path" placeholder:"FILE"`
	Round     round  `required:"" help:"The beacon's round." placeholder:"R"`
	Signature string `required:"" help:"The round's signature, 96 lower-case hex digits; it is verified first." placeholder:"HEX"`
	Manifest  string `required:"" help:"The seats." type:"path" placeholder:"FILE"`
	Entries   string `required:"" help:"The entries." type:"path" placeholder:"FILE"`
	JSON      bool   `name:"json" help:"Print n, roots, seed and the first keys beside the result, as JSON."`
}

// Help is shown by chesna draw run --help.
func (drawRun) Help() string {
	return "Prints the result file, byte for byte. Exit status 2 when a file or an argument breaks the rules.\n\n" +
		"Example:\n  chesna draw run --draw-id waw-passport-2026w50 --chain-hash 52db9ba7… --round 1000 --signature b44679b9… \\\n" +
		"    --manifest manifest --entries entries"
}

// Run verifies the beacon, draws, and prints.
func (c drawRun) Run() error {
	out, err := c.draw()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chesna draw run:", err)
		return exitCode(2)
	}
	_, err = os.Stdout.Write(out)
	return err
}

func (c drawRun) draw() ([]byte, error) {
	chain, err := c.chain()
	if err != nil {
		return nil, err
	}
	value, err := c.value(chain)
	if err != nil {
		return nil, err
	}
	m, err := readDrawFile(c.Manifest, draw.ParseManifest)
	if err != nil {
		return nil, err
	}
	e, err := readDrawFile(c.Entries, draw.ParseEntries)
	if err != nil {
		return nil, err
	}
	r, err := draw.Run(c.DrawID, value, m, e)
	if err != nil {
		return nil, err
	}
	if chain.Development() {
		fmt.Fprintln(os.Stderr, "chesna draw run: note: not independent: the chain is a development beacon, whose key one operator holds")
	}
	if c.JSON {
		return drawJSON(m, e, r)
	}
	return r.Bytes(), nil
}

// chain is the pinned public one, or one that was described; its hash is the one that was asked for.
func (c drawRun) chain() (*beacon.Chain, error) {
	chain := beacon.Quicknet()
	if c.Beacon != "" {
		d, err := readDrawFile(c.Beacon, beacon.ParseDescription)
		if err != nil {
			return nil, fmt.Errorf("--beacon: %w", err)
		}
		if chain, err = beacon.FromDescription(d); err != nil {
			return nil, fmt.Errorf("--beacon: %w", err)
		}
	}
	switch {
	case c.ChainHash == hex.EncodeToString(chain.Hash[:]):
		return chain, nil
	case c.Beacon != "":
		return nil, errors.New("--beacon: it describes another chain than that of --chain-hash")
	}
	return nil, errors.New("--chain-hash: not a known chain, so its signatures cannot be verified; --beacon can describe it")
}

// value reads the round and verifies its signature under the chain.
func (c drawRun) value(chain *beacon.Chain) (draw.Beacon, error) {
	signature, err := hex.DecodeString(c.Signature)
	if err != nil || hex.EncodeToString(signature) != c.Signature {
		return draw.Beacon{}, errors.New("--signature: not lower-case hex")
	}
	if err := chain.Verify(uint64(c.Round), signature); err != nil {
		return draw.Beacon{}, err
	}
	return draw.Beacon{ChainHash: chain.Hash, Round: uint64(c.Round), Signature: [48]byte(signature)}, nil
}

// round is a beacon's round as an argument: a decimal number in its one form.
type round uint64

// UnmarshalText refuses signs, leading zeros and other bases.
func (r *round) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != string(text) {
		return errors.New("want a whole number without leading zeros")
	}
	*r = round(n)
	return nil
}

func readDrawFile[T any](path string, parse func([]byte) (T, error)) (T, error) {
	var zero T
	f, err := os.Open(path)
	if err != nil {
		return zero, err
	}
	defer func() { _ = f.Close() }()
	var b bytes.Buffer
	if info, err := f.Stat(); err == nil && info.Size() <= maxDrawFile {
		b.Grow(int(info.Size()) + bytes.MinRead) // once, and no more than is needed
	}
	n, err := b.ReadFrom(io.LimitReader(f, maxDrawFile+1))
	if err != nil {
		return zero, err
	}
	if n > maxDrawFile {
		return zero, fmt.Errorf("%s: more than %d bytes", path, maxDrawFile)
	}
	return parse(b.Bytes())
}

// drawJSON shows what the result rests on.
func drawJSON(m *draw.Manifest, e *draw.Entries, r *draw.Result) ([]byte, error) {
	first := make([]string, 0, 10)
	for _, k := range r.Keys[:min(10, len(r.Keys))] {
		first = append(first, hex.EncodeToString(k[:]))
	}
	b, err := json.MarshalIndent(map[string]any{
		"n": len(e.Rows), "entriesRoot": hex.EncodeToString(e.Root[:]), "manifestRoot": hex.EncodeToString(m.Root[:]),
		"seed": hex.EncodeToString(r.Seed[:]), "firstKeys": first, "result": string(r.Bytes()),
	}, "", "  ")
	return append(b, '\n'), err
}
