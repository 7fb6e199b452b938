package main

import "fmt"

// exitCode is an error that only says with which status to exit; everything else has been said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
