package qes_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"testing"
	"time"

	"chesna/identity/devqtsp/cades"
	"chesna/identity/qes"
	"chesna/identity/qes/oid"
)

const (
	shardOne = "http://lists.invalid/1.crl"
	shardTwo = "http://lists.invalid/2.crl"
)

// tlv is one short element.
func tlv(tag byte, parts ...[]byte) []byte {
	value := slices.Concat(parts...)
	return append([]byte{tag, byte(len(value))}, value...)
}

func uri(name string) []byte { return tlv(0x86, []byte(name)) }

// fullName is DistributionPointName of a list or a certificate under its tag [0].
func fullName(names ...[]byte) []byte { return tlv(0xa0, tlv(0xa0, names...)) }

// issuing is the extension of a list: its distribution point and flags, already encoded.
func issuing(parts ...[]byte) pkix.Extension {
	return critical(oid.IssuingDistributionPoint, tlv(0x30, parts...)...)
}

// points is the extension of a certificate, one element for each distribution point.
func points(each ...[]byte) pkix.Extension {
	return pkix.Extension{Id: oid.Parse(oid.CRLDistributionPoints), Value: tlv(0x30, each...)}
}

func point(parts ...[]byte) []byte { return tlv(0x30, parts...) }

// shard is a part of an authority's list that covers the certificates which name one of its addresses.
type shard struct {
	names   []string
	flags   [][]byte
	revoked []party
	expired bool
}

func (s shard) sign(t testing.TB, l *lab, issuer party) []byte {
	t.Helper()
	var names [][]byte
	for _, n := range s.names {
		names = append(names, uri(n))
	}
	return l.list(t, issuer, func(r *x509.RevocationList) {
		r.ExtraExtensions = []pkix.Extension{issuing(append([][]byte{fullName(names...)}, s.flags...)...)}
		revoking(s.revoked...)(r)
		if s.expired {
			r.NextUpdate = now.Add(-time.Second)
		}
	})
}

// sharded is a trial of a person whose certificate has these distribution points; no extension if there are none.
func sharded(t testing.TB, l *lab, lists func(p party) [][]byte, each ...[]byte) *trial {
	t.Helper()
	s := citizen()
	if len(each) > 0 {
		s.extra = []pkix.Extension{points(each...)}
	}
	p := s.issue(t, &l.ca)
	c := l.trial(t, encode(t, l.by(t, p, cades.Options{})))
	c.lists = lists(p)
	return c
}

// shardCases are lists of which each covers a part of the authority's certificates (RFC 5280, 6.3.3 b).
func shardCases() map[string]hostile {
	one := point(fullName(uri(shardOne)))
	second := shard{names: []string{shardTwo}}
	// with judges a person of the first shard, unless other points are given.
	with := func(code qes.Code, lists func(t *testing.T, l *lab, p party) [][]byte, each ...[]byte) hostile {
		if each == nil {
			each = [][]byte{one}
		}
		return hostile{code, func(t *testing.T, l *lab) *trial {
			return sharded(t, l, func(p party) [][]byte { return lists(t, l, p) }, each...)
		}}
	}
	only := func(s shard) func(*testing.T, *lab, party) [][]byte {
		return func(t *testing.T, l *lab, _ party) [][]byte { return [][]byte{s.sign(t, l, l.ca)} }
	}
	first := only(shard{names: []string{shardOne}})
	return map[string]hostile{
		"another shard": with(qes.CodeCRLMissing, only(second)),
		"revoked in its shard, good by another": with(qes.CodeRevoked, func(t *testing.T, l *lab, p party) [][]byte {
			return [][]byte{second.sign(t, l, l.ca), shard{names: []string{shardOne}, revoked: []party{p}}.sign(t, l, l.ca)}
		}),
		"its shard out of date, another fresh": with(qes.CodeCRLExpired, func(t *testing.T, l *lab, _ party) [][]byte {
			return [][]byte{second.sign(t, l, l.ca), shard{names: []string{shardOne}, expired: true}.sign(t, l, l.ca)}
		}),
		"listed by a shard of others": with(qes.CodeRevoked, func(t *testing.T, l *lab, p party) [][]byte {
			return [][]byte{l.list(t, l.ca, nil), shard{names: []string{shardTwo}, revoked: []party{p}}.sign(t, l, l.ca)}
		}),
		"no distribution point": {qes.CodeCRLMissing, func(t *testing.T, l *lab) *trial {
			return sharded(t, l, func(p party) [][]byte { return first(t, l, p) })
		}},
		"address in capitals":   with(qes.CodeCRLMissing, first, point(fullName(uri("http://LISTS.invalid/1.crl")))),
		"address with a prefix": with(qes.CodeCRLMissing, first, point(fullName(uri(shardOne+"0")))),
		"point for some reasons": with(qes.CodeCRLMissing, first,
			point(fullName(uri(shardOne)), tlv(0x81, []byte{6, 0x40}))),
		"point of another list issuer": with(qes.CodeCRLMissing, first,
			point(fullName(uri(shardOne)), tlv(0xa2, tlv(0xa4, tlv(0x30))))),
		"the same text as another kind of name": with(qes.CodeCRLMissing, first, point(fullName(tlv(0x82, []byte(shardOne))))),
		"list named by no address": with(qes.CodeCRLMissing, func(t *testing.T, l *lab, _ party) [][]byte {
			return [][]byte{l.list(t, l.ca, issued(fullName(tlv(0x82, []byte(shardOne)))))}
		}),
		"its shard, for authorities only": with(qes.CodeCRLMissing,
			only(shard{names: []string{shardOne}, flags: [][]byte{{0x82, 1, 0xff}}})),
		"its shard, for some reasons": with(qes.CodeCRLUnusable,
			only(shard{names: []string{shardOne}, flags: [][]byte{{0x83, 2, 6, 0x40}}})),
		"its shard, indirect": with(qes.CodeCRLUnusable,
			only(shard{names: []string{shardOne}, flags: [][]byte{{0x84, 1, 0xff}}})),
		"shard of the root for another authority": {qes.CodeCRLMissing, func(t *testing.T, l *lab) *trial {
			c := l.trial(t, encode(t, l.good(t, cades.Options{})))
			c.lists = append(c.lists, second.sign(t, l, l.root))
			c.deps.Revocation = qes.RequireChain
			return c
		}},
	}
}

// issued gives a list this issuing distribution point.
func issued(parts ...[]byte) func(*x509.RevocationList) {
	return func(r *x509.RevocationList) { r.ExtraExtensions = []pkix.Extension{issuing(parts...)} }
}

// scopeCases are lists of the CA whose scope is refused, whatever certificate is asked about.
func scopeCases() map[string]hostile {
	cases := map[string]hostile{
		"revoked for one of some reasons, good by an older list": listed(qes.CodeRevoked, func(t *testing.T, l *lab) [][]byte {
			return [][]byte{l.list(t, l.ca, nil), l.list(t, l.ca, func(r *x509.RevocationList) {
				issued([]byte{0x83, 2, 6, 0x40})(r)
				revoking(l.person)(r)
			})}
		}),
		"listed by a list of authorities": listed(qes.CodeRevoked, func(t *testing.T, l *lab) [][]byte {
			return [][]byte{l.list(t, l.ca, nil), l.list(t, l.ca, func(r *x509.RevocationList) {
				issued([]byte{0x82, 1, 0xff})(r)
				revoking(l.person)(r)
			})}
		}),
	}
	for name, parts := range map[string][][]byte{
		"nothing":                            {},
		"attribute certificates":             {{0x85, 1, 0xff}},
		"users and authorities":              {{0x81, 1, 0xff}, {0x82, 1, 0xff}},
		"flag twice":                         {{0x81, 1, 0}, {0x81, 1, 0xff}},
		"flags out of order":                 {{0x82, 1, 0}, {0x81, 1, 0xff}},
		"odd truth":                          {{0x81, 1, 1}},
		"long truth":                         {{0x81, 2, 0, 0}},
		"unknown field":                      {{0x86, 1, 0}},
		"no reasons":                         {{0x83, 0}},
		"name relative to the issuer":        {tlv(0xa0, tlv(0xa1, []byte{0x30, 0}))},
		"no names":                           {fullName()},
		"no kind of name":                    {tlv(0xa0)},
		"names and a relative name":          {tlv(0xa0, tlv(0xa0, uri(shardOne)), tlv(0xa1))},
		"a name that is cut off":             {tlv(0xa0, tlv(0xa0, []byte{0x86, 9, 'x'}))},
		"point under a tag of another class": {tlv(0x60, tlv(0xa0, uri(shardOne)))},
	} {
		cases["scope with "+name] = spoiltList(qes.CodeCRLUnusable, func(_ *lab, r *x509.RevocationList) { issued(parts...)(r) })
	}
	return cases
}

// goodShards are partitioned lists that a strict verifier must still use.
func goodShards() map[string]func(*testing.T, *lab) *trial {
	with := func(names []string, flags [][]byte, each ...[]byte) func(*testing.T, *lab) *trial {
		return func(t *testing.T, l *lab) *trial {
			return sharded(t, l, func(party) [][]byte {
				return [][]byte{
					shard{names: []string{"http://lists.invalid/3.crl"}, revoked: []party{l.other}}.sign(t, l, l.ca),
					shard{names: names, flags: flags}.sign(t, l, l.ca),
				}
			}, each...)
		}
	}
	one := point(fullName(uri(shardOne)))
	return map[string]func(*testing.T, *lab) *trial{
		"its shard":                     with([]string{shardOne}, nil, one),
		"its shard, for users only":     with([]string{shardOne}, [][]byte{{0x81, 1, 0xff}, {0x82, 1, 0}}, one),
		"shard of two addresses":        with([]string{shardTwo, shardOne}, nil, one),
		"second distribution point":     with([]string{shardTwo}, nil, one, point(fullName(uri(shardTwo)))),
		"second address of a point":     with([]string{shardTwo}, nil, point(fullName(uri(shardOne), uri(shardTwo)))),
		"beside a point of some reason": with([]string{shardOne}, nil, point(fullName(uri(shardOne)), []byte{0x81, 2, 6, 0x40}), one),
		"full list beside a shard of others": func(t *testing.T, l *lab) *trial {
			return sharded(t, l, func(party) [][]byte {
				return [][]byte{l.list(t, l.ca, nil), shard{names: []string{shardTwo}}.sign(t, l, l.ca)}
			}, one)
		},
		"authority's shard of the root": func(t *testing.T, l *lab) *trial {
			s := authority("sharded CA")
			s.extra = []pkix.Extension{points(one)}
			ca := s.issue(t, &l.root)
			c := l.trial(t, encode(t, l.by(t, citizen().issue(t, &ca), cades.Options{Chain: rawOf([]party{ca})})))
			c.lists = [][]byte{l.list(t, ca, nil), shard{names: []string{shardOne}}.sign(t, l, l.root)}
			c.deps.Revocation = qes.RequireChain
			return c
		},
	}
}
