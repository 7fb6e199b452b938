// Package timestamp asks a time stamp authority (RFC 3161) for tokens over digests.
//
// A token is accepted only if it answers exactly the request: digest, nonce, granted. Whether its certificate is to
// be trusted is the question of whoever reads the token later, against roots of his own.
package timestamp

import (
	"bytes"
	"context"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"

	tspclient "github.com/notaryproject/tspclient-go"
)

// maxToken bounds an answer, in bytes.
const maxToken = 64 << 10

// Asker hands a request (DER of TimeStampReq) to an authority and returns its answer (DER of TimeStampResp).
type Asker func(ctx context.Context, request []byte) ([]byte, error)

// HTTP asks over HTTP, as RFC 3161 section 3.4 says. The client bounds the time.
func HTTP(url string, client *http.Client) Asker {
	return func(ctx context.Context, request []byte) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(request))
		if err != nil {
			return nil, fmt.Errorf("ask for a time stamp: %w", err)
		}
		r.Header.Set("Content-Type", tspclient.MediaTypeTimestampQuery)
		answer, err := client.Do(r)
		if err != nil {
			return nil, fmt.Errorf("ask for a time stamp: %w", err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("ask for a time stamp: status %d", answer.StatusCode)
		}
		body, err := io.ReadAll(io.LimitReader(answer.Body, maxToken+1))
		if err != nil {
			return nil, fmt.Errorf("read a time stamp: %w", err)
		}
		return body, nil
	}
}

// Client makes requests and checks answers. It is safe for concurrent use.
type Client struct {
	ask  Asker
	rand io.Reader
}

// New makes a Client; rand draws the nonces.
func New(ask Asker, rand io.Reader) (*Client, error) {
	if ask == nil || rand == nil {
		return nil, errors.New("timestamp: an authority and randomness are needed")
	}
	return &Client{ask, rand}, nil
}

// sha256Algorithm is id-sha256 (RFC 5754) without parameters.
var sha256Algorithm = pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}} //nolint:gochecknoglobals // a constant

// Stamp gets a token (DER of ContentInfo) over a SHA-256 digest.
func (c *Client) Stamp(ctx context.Context, digest [32]byte) ([]byte, error) {
	nonce := make([]byte, 16)
	if _, err := io.ReadFull(c.rand, nonce); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	request := &tspclient.Request{
		Version: 1, MessageImprint: tspclient.MessageImprint{HashAlgorithm: sha256Algorithm, HashedMessage: digest[:]},
		Nonce: new(big.Int).SetBytes(nonce), CertReq: true,
	}
	der, err := request.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	body, err := c.ask(ctx, der)
	if err != nil {
		return nil, err
	}
	if len(body) > maxToken {
		return nil, errors.New("the time stamp is too long")
	}
	var answer tspclient.Response
	if err := answer.UnmarshalBinary(body); err != nil {
		return nil, fmt.Errorf("read the time stamp: %w", err)
	}
	if err := answer.Validate(request); err != nil {
		return nil, fmt.Errorf("the time stamp is not the answer to the request: %w", err)
	}
	return answer.TimestampToken.FullBytes, nil
}
