package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// SizeMediaType is that of a witness's answer 409 (C2SP tlog-witness).
const SizeMediaType = "text/x.tlog.size"

// AddCheckpoint is the body of a request to cosign (C2SP tlog-witness).
type AddCheckpoint struct {
	Old        int64 // the size of the tree that the proof begins with
	Proof      []tlog.Hash
	Checkpoint []byte // a signed note
}

// Format writes the body.
func (a AddCheckpoint) Format() []byte {
	var b bytes.Buffer
	b.WriteString("old " + strconv.FormatInt(a.Old, 10) + "\n")
	for _, h := range a.Proof {
		b.WriteString(h.String() + "\n")
	}
	b.WriteByte('\n')
	b.Write(a.Checkpoint)
	return b.Bytes()
}

// ParseAddCheckpoint reads a body; the checkpoint's signatures are not looked at. CodeInvalid.
func ParseAddCheckpoint(body []byte) (AddCheckpoint, error) {
	head, checkpoint, found := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	number, ok := strings.CutPrefix(lines[0], "old ")
	if !found || !ok {
		return AddCheckpoint{}, Refuse(CodeInvalid, "a request begins with the line old <size> and has an empty line before the checkpoint")
	}
	a := AddCheckpoint{Checkpoint: bytes.Clone(checkpoint)}
	var err error
	if a.Old, err = parseNumber(number); err != nil {
		return AddCheckpoint{}, err
	}
	if a.Proof, err = parseHashes(lines[1:]); err != nil {
		return AddCheckpoint{}, err
	}
	if _, err := PeekCheckpoint(a.Checkpoint); err != nil {
		return AddCheckpoint{}, err
	}
	return a, nil
}

// OriginID is how a witness's addresses name a log: the hex SHA-256 of its origin.
func OriginID(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(sum[:])
}

// WitnessClient asks a witness over HTTP. Safe for concurrent use.
type WitnessClient struct {
	url  string
	key  *Cosigning
	http *http.Client
}

var _ Cosigner = (*WitnessClient)(nil)

// WitnessClientDeps is what a WitnessClient needs.
type WitnessClientDeps struct {
	URL  string       // prefix of the witness's addresses, http or https
	Key  string       // its verifier key
	HTTP *http.Client // required; it should have neither a redirect policy nor cookies
}

// NewWitnessClient checks the address and the key.
func NewWitnessClient(d WitnessClientDeps) (*WitnessClient, error) {
	u, err := url.Parse(d.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, Refuse(CodeInvalid, "a witness's URL is like https://host/path")
	}
	if d.HTTP == nil {
		return nil, errors.New("journal: an HTTP client is required")
	}
	key, err := NewCosigning(d.Key)
	if err != nil {
		return nil, err
	}
	return &WitnessClient{url: strings.TrimSuffix(d.URL, "/"), key: key, http: d.HTTP}, nil
}

// Verifier implements Cosigner.
func (c *WitnessClient) Verifier() *Cosigning { return c.key }

// Cosign implements Cosigner.
func (c *WitnessClient) Cosign(ctx context.Context, old int64, proof []tlog.Hash, checkpoint []byte) ([]byte, error) {
	body := AddCheckpoint{Old: old, Proof: proof, Checkpoint: checkpoint}.Format()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	status, media, answer, err := c.do(req)
	if err != nil {
		return nil, err
	}
	switch {
	case status == http.StatusOK:
		return answer, nil
	case status == http.StatusConflict && media == SizeMediaType:
		size, err := parseNumber(strings.TrimSuffix(string(answer), "\n"))
		if err != nil {
			return nil, err
		}
		return nil, &ConflictError{Size: size}
	}
	return nil, Refuse(CodeUnavailable, fmt.Sprintf("the witness answered %d: %.200q", status, answer))
}

// Latest implements Cosigner: GET checkpoint/<OriginID>, which `chesna witness` serves; the protocol leaves it open.
func (c *WitnessClient) Latest(ctx context.Context, origin string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/checkpoint/"+OriginID(origin), nil)
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	status, _, answer, err := c.do(req)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusNotFound:
		return nil, Refuse(CodeAbsent, "the witness has cosigned nothing of this log")
	case status != http.StatusOK:
		return nil, Refuse(CodeUnavailable, fmt.Sprintf("the witness answered %d", status))
	}
	return answer, nil
}

func (c *WitnessClient) do(req *http.Request) (status int, media string, body []byte, err error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, "", nil, &Error{Code: CodeUnavailable, Detail: "reach the witness", Cause: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxCheckpoint+1))
	if err != nil {
		return 0, "", nil, &Error{Code: CodeUnavailable, Detail: "read the witness's answer", Cause: err}
	}
	if len(body) > maxCheckpoint {
		return 0, "", nil, Refuse(CodeInvalid, "the witness's answer is too long")
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), body, nil
}
