package qescli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chesna/cmd/chesna/internal/qescli"
)

// opensslConfig describes a trust service that shares no code with ours: names, extensions and lists are openssl's.
const opensslConfig = `
[req]
distinguished_name = dn
prompt = no
utf8 = yes
string_mask = utf8only
[dn]
CN = Independent authority
[ca_ext]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[person_ext]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 1.2.804.2.1.1.1.2.2
1.3.6.1.5.5.7.1.3 = critical,ASN1:SEQUENCE:statements
subjectDirectoryAttributes = ASN1:SEQUENCE:directory
[statements]
a = SEQUENCE:compliance
b = SEQUENCE:type
[compliance]
id = OID:0.4.0.1862.1.1
[type]
id = OID:0.4.0.1862.1.6
list = SEQUENCE:types
[types]
id = OID:0.4.0.1862.1.6.1
[directory]
a = SEQUENCE:tax
b = SEQUENCE:register
[tax]
id = OID:1.2.804.2.1.1.1.11.1.4.1.1
values = SET:taxvalue
[taxvalue]
v = UTF8:1234567890
[register]
id = OID:1.2.804.2.1.1.1.11.1.4.11.1
values = SET:registervalue
[registervalue]
v = PRINTABLE:19330203-00001
[ca]
default_ca = authority
[authority]
database = index.txt
default_md = sha256
default_crl_days = 1
`

// TestIndependentAuthority verifies a person whose whole trust service was made by openssl alone, with a root that has no
// key usage and a revocation list of the first version, as openssl makes them unless told otherwise.
func TestIndependentAuthority(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Fatal("openssl is not installed: make deps")
	}
	dir := t.TempDir()
	run := func(args string, more ...string) {
		t.Helper()
		command := exec.Command("openssl", append(strings.Fields(args), more...)...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v\n%s", args, err, out)
		}
	}
	for name, text := range map[string]string{"c.cnf": opensslConfig, "index.txt": "", "text": "a\nb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 2 -addext subjectKeyIdentifier=hash -addext basicConstraints=critical,CA:true -config c.cnf")
	run("req -newkey rsa:2048 -nodes -keyout ca.key -out ca.csr -config c.cnf", "-subj", "/CN=Independent CA/C=UA")
	run("x509 -req -in ca.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile c.cnf -extensions ca_ext -out ca.pem")
	run("req -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout person.key -out person.csr -config c.cnf -utf8",
		"-subj", "/C=UA/CN=Незалежна Ніна Тестівна/SN=Незалежна/GN=Ніна Тестівна/serialNumber=TINUA-1234567890")
	run("x509 -req -in person.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile c.cnf -extensions person_ext -out person.pem")
	run("ca -gencrl -config c.cnf -cert ca.pem -keyfile ca.key -out ca.crl")
	run("cms -sign -cades -binary -outform DER -in text -out sig.p7s -signer person.pem -inkey person.key -certfile ca.pem")
	file := func(name string) string { return filepath.Join(dir, name) }
	args := qescli.Args{
		Root: []string{file("root.pem")}, CRL: []string{file("ca.crl")}, Content: file("text"),
		At: time.Now().Format(time.RFC3339), Signature: file("sig.p7s"),
	}
	var stdout, stderr bytes.Buffer
	if exit := qescli.Verify(args, &stdout, &stderr); exit != qescli.ExitAccept {
		t.Fatalf("exit %d: %s%s", exit, stdout.String(), stderr.String())
	}
	const want = `{"verdict":"accept","code":"ok","reason":"the signature is valid","subject":{"cn":"Незалежна Ніна Тестівна",` +
		`"surname":"Незалежна","givenName":"Ніна Тестівна","rnokpp":"1234567890","unzr":"19330203-00001","edrpou":""}}` + "\n"
	if stdout.String() != want {
		t.Errorf("printed %s", stdout.String())
	}
	run("ca -revoke person.pem -config c.cnf -cert ca.pem -keyfile ca.key")
	run("ca -gencrl -config c.cnf -cert ca.pem -keyfile ca.key -out ca.crl")
	args.At = time.Now().Add(time.Second).Format(time.RFC3339)
	stdout.Reset()
	if exit := qescli.Verify(args, &stdout, &stderr); exit != qescli.ExitReject || !strings.Contains(stdout.String(), `"revoked"`) {
		t.Errorf("exit %d: %s%s", exit, stdout.String(), stderr.String())
	}
}
