package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"chesna/identity/devqtsp/stamphttp"
)

// serveTrust runs the demo's trust service as others would reach one: time stamps (RFC 3161) at /tsa and the
// revocation lists at /ca.crl and /root.crl, on a loopback port of its own that is left in demo/tsp-url.
func (a *App) serveTrust(ctx context.Context) error {
	if !a.options.Demo {
		return nil
	}
	stamps, err := stamphttp.New(a.parts.trustService, time.Now)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/tsa", stamps)
	for _, list := range []string{"ca.crl", "root.crl"} {
		mux.HandleFunc("GET /"+list, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/pkix-crl")
			http.ServeFile(w, r, filepath.Join(a.demoDir(), "trust", list))
		})
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("serve the trust service: %w", err))
		}
	}()
	a.onStop("trust service", server.Shutdown)
	return os.WriteFile(filepath.Join(a.demoDir(), "tsp-url"), []byte("http://"+listener.Addr().String()), 0o644) //nolint:gosec // for every client on this machine
}
