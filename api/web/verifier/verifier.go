package verifier

import (
	"embed"
	"io/fs"
)

//go:generate node build.mjs

//go:embed *.mjs verify.css LICENCES.txt vendor/noble.mjs dist/verify.html dist/served.html
var files embed.FS

// Page is the standalone page: one HTML file with everything in it. Opened from a disk it verifies what is chosen in
// it; its own content policy forbids it every connection, so it is for saving, not for #bundle=.
func Page() []byte { return must("dist/verify.html") }

// ServedPage is the same page for our server: script and style are files under /static/verifier/ (see Files), so that
// a policy of script-src 'self'; style-src 'self'; connect-src 'self' suffices. With #bundle=<path> it downloads that
// one archive of the same site and verifies it; &lang=en opens it in English.
func ServedPage() []byte { return must("dist/served.html") }

// Files is what is to be served under /static/verifier/: the modules, the style, the licences and the standalone page
// as dist/verify.html.
func Files() fs.FS { return files }

// must reads what was embedded when the program was built.
func must(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}
