// Package oapi is the contract of the API: openapi.yaml, and the server interface and types made from it.
//
// The contract is the source: change openapi.yaml, run `go generate ./api/oapi`, and the compiler says what the
// handlers lack. Request schemas are also checked at run time (package contract), so a bound that stands in
// the file holds. generated.go is committed, so that building needs no generator.
//
// x-limit-class names the class of the coarse limit by client address; `security: []` makes an operation
// public; everything else needs a session. x-person-limit names the action that is counted for each person.
package oapi

import _ "embed"

//go:generate go tool -modfile=../../.ci/tools.mod oapi-codegen -config config.yaml openapi.yaml

//go:embed openapi.yaml
var spec []byte

// Spec returns a copy of the bytes of openapi.yaml.
func Spec() []byte { return append([]byte(nil), spec...) }
