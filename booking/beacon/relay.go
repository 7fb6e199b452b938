package beacon

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ErrNotYet says that a round is not published yet: it lies ahead, or every relay says so. Ask again later.
var ErrNotYet = errors.New("the beacon's round is not published yet")

// ErrUnavailable says that no relay gave a round that verifies. Ask again later; no other round replaces it.
var ErrUnavailable = errors.New("no relay gave the beacon's round")

// ClientDeps is what a Client needs.
type ClientDeps struct {
	Chain  *Chain
	Relays []string // base URLs, asked in this order
	// The rest may be left out.
	HTTP    *http.Client     // redirects are never followed, whatever it says
	Timeout time.Duration    // for one relay; 5 s if 0
	Logger  *slog.Logger     // told of each relay that failed
	Now     func() time.Time // the system's clock if nil
}

// Client fetches rounds from several relays and trusts none. It is safe for concurrent use.
type Client struct {
	chain   *Chain
	relays  []string
	http    http.Client
	timeout time.Duration
	log     *slog.Logger
	now     func() time.Time
}

// NewClient checks what it is given.
func NewClient(d ClientDeps) (*Client, error) {
	if d.Chain == nil || len(d.Relays) == 0 {
		return nil, errors.New("beacon: a client needs a chain and a relay")
	}
	c := &Client{chain: d.Chain, timeout: d.Timeout, log: d.Logger, now: d.Now}
	for _, base := range d.Relays {
		u, err := url.Parse(base)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, errors.New("beacon: a relay is not an http or https address")
		}
		c.relays = append(c.relays, strings.TrimRight(base, "/"))
	}
	if d.HTTP != nil {
		c.http = *d.HTTP
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.timeout <= 0 {
		c.timeout = 5 * time.Second
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// Fetch gives a round whose signature has been verified. It asks one relay after the other; whatever is too long,
// malformed, of another round, or does not verify counts as no answer. A round ahead of the clock is ErrNotYet
// without asking. Errors wrap ErrNotYet, ErrUnavailable or the context's.
func (c *Client) Fetch(ctx context.Context, round uint64) (Round, error) {
	if round == 0 {
		return Round{}, &RefusedError{round, "rounds begin at 1"}
	}
	if round > c.chain.Latest(c.now()) {
		return Round{}, fmt.Errorf("beacon round %d: %w", round, ErrNotYet)
	}
	notYet := 0
	causes := []error{ErrUnavailable}
	for _, relay := range c.relays {
		r, err := c.ask(ctx, relay, round)
		switch {
		case err == nil:
			return r, nil
		case ctx.Err() != nil:
			return Round{}, fmt.Errorf("fetch beacon round %d: %w", round, ctx.Err())
		case errors.Is(err, ErrNotYet):
			notYet++
			err = errors.New("not yet") // one relay's word is not the truth
		default:
			c.log.WarnContext(ctx, "a beacon relay gave no round", slog.String("relay", host(relay)), slog.Uint64("round", round), slog.Any("error", err))
		}
		causes = append(causes, fmt.Errorf("%s: %w", host(relay), err))
	}
	if notYet == len(c.relays) {
		return Round{}, fmt.Errorf("beacon round %d: %w", round, ErrNotYet)
	}
	return Round{}, fmt.Errorf("fetch beacon round %d: %w", round, errors.Join(causes...))
}

// ask fetches and checks one relay's answer.
func (c *Client) ask(ctx context.Context, relay string, round uint64) (Round, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	address := relay + "/" + hex.EncodeToString(c.chain.Hash[:]) + "/public/" + strconv.FormatUint(round, 10)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return Round{}, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return Round{}, err
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusTooEarly:
		return Round{}, ErrNotYet
	default:
		return Round{}, fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxRoundJSON+1))
	if err != nil {
		return Round{}, fmt.Errorf("read the round: %w", err)
	}
	r, err := ParseRound(body)
	if err != nil {
		return Round{}, err
	}
	if r.Number != round {
		return Round{}, &RefusedError{round, "the relay gave another round"}
	}
	if err := c.chain.Verify(round, r.Signature[:]); err != nil {
		return Round{}, err
	}
	return r, nil
}

// host is the part of a relay's address that may be logged: addresses can hold credentials.
func host(relay string) string {
	u, err := url.Parse(relay)
	if err != nil {
		return "a relay"
	}
	return u.Host
}
