// Package browsertest books and cancels on the whole application with a real browser: in both languages, with
// JavaScript on and off. Pictures go to the folder that CHESNA_SCREENSHOTS names, else to var/screenshots.
//
// It holds tests only; api/web/webtest drives the browser.
package browsertest
