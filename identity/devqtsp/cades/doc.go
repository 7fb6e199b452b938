// Package cades writes CAdES-BES messages (CMS SignedData, RFC 5652, with the ESS attribute of RFC 5035) in DER.
//
// Message is the whole grammar with every field open, so that the verifier's tests can make messages that are wrong in
// exactly one place; Sign fills it in the right way for one signer. Nothing here checks anything: the strict reader is
// package qes, and the two share no code, so that an error in one shows in the other.
//
// Reading order: message.go (the grammar), sign.go (the right way).
package cades
