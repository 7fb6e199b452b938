package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"chesna/booking/beacon"
	"chesna/booking/draw"
)

type drawCommand struct {
	Run drawRun `cmd:"" help:"Compute a draw's result from its published files."`
}

// maxDrawFile bounds each file: a million entries are about 90 MB.
const maxDrawFile = 1 << 30

type drawRun struct {
	DrawID    string `required:"" help:"The draw's identifier." placeholder:"ID"`
	ChainHash string `required:"" help:"Hash of the beacon's chain, 64 hex digits; drand quicknet is known." placeholder:"HEX"`
	Round     uint64 `required:"" help:"The beacon's round." placeholder:"R"`
	Signature string `required:"" help:"The round's signature, 96 hex digits; it is verified first." placeholder:"HEX"`
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
	round, err := c.beacon()
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
	r, err := draw.Run(c.DrawID, round, m, e)
	if err != nil {
		return nil, err
	}
	if c.JSON {
		return drawJSON(m, e, r)
	}
	return r.Bytes(), nil
}

// beacon reads the round and verifies its signature under the pinned chain.
func (c drawRun) beacon() (draw.Beacon, error) {
	chain := beacon.Quicknet()
	if c.ChainHash != hex.EncodeToString(chain.Hash[:]) {
		return draw.Beacon{}, errors.New("--chain-hash: not a known chain, so its signatures cannot be verified")
	}
	signature, err := hex.DecodeString(c.Signature)
	if err != nil {
		return draw.Beacon{}, errors.New("--signature: not hex")
	}
	if err := chain.Verify(c.Round, signature); err != nil {
		return draw.Beacon{}, err
	}
	return draw.Beacon{ChainHash: chain.Hash, Round: c.Round, Signature: [48]byte(signature)}, nil
}

func readDrawFile[T any](path string, parse func([]byte) (T, error)) (T, error) {
	var zero T
	f, err := os.Open(path)
	if err != nil {
		return zero, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxDrawFile+1))
	if err != nil {
		return zero, err
	}
	if len(b) > maxDrawFile {
		return zero, fmt.Errorf("%s: more than %d bytes", path, maxDrawFile)
	}
	return parse(b)
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
