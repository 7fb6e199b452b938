package api

import (
	"net"
	"net/netip"

	"github.com/labstack/echo/v4"
)

// clientAddress finds the client's address: the connection's, or, when the connection comes from a trusted
// proxy, the last address in X-Forwarded-For that is not one. Without proxies the header is never read.
func clientAddress(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	// echo trusts loopback, link-local and private addresses unless told not to.
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

// clientKey is the client's address as the coarse limits count it: an IPv6 client has a /64 of its own, so the
// network counts and not the address.
func clientKey(c echo.Context) string {
	a, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(64)
		return p.String()
	}
	return a.String()
}

// ClientAddress is the client's address, for a use case that needs it. It is personal data: never logged.
func ClientAddress(c echo.Context) string { return c.RealIP() }
