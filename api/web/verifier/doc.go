// Package verifier holds the page that checks a draw in the visitor's own browser, from the published bundle alone.
//
// # Terms
//
// The modules (*.mjs) are what the page runs and what the tests run under node: draw.mjs is the draw of booking/draw
// once more, in JavaScript; bundle.mjs makes the checks of docs/DRAW-FILES.md. The standalone page is one HTML file with
// everything in it; the served page is the same page with its modules and style as files of their own, for a server
// whose content policy refuses inline scripts.
//
// # Invariants
//
//   - The page calls no server but to download the one bundle that its address names; the standalone page forbids
//     itself every connection.
//   - The same files give the same result, seed and refusals as booking/draw, byte for byte.
//   - What cannot be checked here is said to be unchecked: the signatures of time stamps, and who the people are.
//   - dist/ is what build.mjs makes of the sources; a test compares.
//
// # Reading order
//
// bytes.mjs, merkle.mjs, files.mjs (grammar), draw.mjs with choose.mjs and place.mjs; beacon.mjs, note.mjs, proof.mjs,
// canonical.mjs, stamp.mjs, zip.mjs; leaves.mjs and bundle.mjs (the checks), receipt.mjs; page.mjs. vendor/noble.mjs is
// built from @noble/curves and @noble/hashes by vendor/build.sh.
package verifier
