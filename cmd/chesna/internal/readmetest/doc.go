// Package readmetest runs the README's commands, as they are written there, in a fresh clone in an empty folder.
//
// The test takes as long as the whole suite, because one of the commands is the whole suite. So it runs when
// CHESNA_README_TEST is set (`make test-readme`, and in CI), and never inside its own clone.
package readmetest
