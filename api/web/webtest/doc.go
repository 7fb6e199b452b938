// Package webtest drives the pages in a real browser: the system's chromium, without a network, with or without
// JavaScript. It takes screenshots and lets axe-core look for faults of accessibility.
//
// A test that has no chromium skips itself. Waiting is for events of the browser, never for time to pass.
package webtest
