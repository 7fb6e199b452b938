// Checks on the draw itself: files against leaves, the round, the beacon, the seed and the result.
import { hex, same } from "./bytes.mjs";
import { canonical } from "./canonical.mjs";
import { sha256 } from "./vendor/noble.mjs";
import { faultOfChain, faultOfRound, roundAt, timeOf } from "./beacon.mjs";
import { resultBytes, run, seedOf } from "./draw.mjs";
import { unixOf } from "./leaves.mjs";
import { cosigners, covering, deadlineOf, isStandard, show, standsSince, wanted } from "./checks-log.mjs";

const day = 86400; // seconds
const tolerance = 5; // between the clocks of witnesses and the operator

/** SHA-256 of a file of the bundle, as hex. */
export function digestOf(b, name) {
  return hex(sha256(b.get(name)));
}

function closeMatchesFiles(f, b) {
  if (b.close === null && b.cancelled !== null) return f.skip("the draw was cancelled before its close");
  const c = wanted(b.close, "close").value;
  f.must(b.of("close").length === 1, "a second close");
  const rows = b.entries.entries;
  const weights = new Array(8).fill(0);
  for (const e of rows) weights[e.weight - 1]++;
  const sum = weights.reduce((n, count, i) => n + count * (i + 1), 0);
  f.must(c.n === rows.length, `the close counts ${c.n} entries, the file has ${rows.length}`);
  f.must(c.sumW === sum, `the close sums the weights to ${c.sumW}, the file to ${sum}`);
  f.must(weights.every((n, i) => n === c.weights[i]), "the numbers of entries of each weight differ");
  f.must(c.entriesRoot === hex(b.entries.root), "the root of the entries differs");
  f.must(c.entriesSha256 === digestOf(b, "entries"), "entries is another file");
  f.must(c.bindingsSha256 === digestOf(b, "bindings"), "bindings is another file");
  f.must(c.personsSha256 === digestOf(b, "persons"), "persons is another file");
  f.must(c.fallback === 0, "the close names a fallback");
  if (b.announcement) f.must(c.closed === b.announcement.value.closes, `closed at ${c.closed}, announced was ${b.announcement.value.closes}`);
  return f.say(`${c.n} entries, sum of weights ${c.sumW}`);
}

function manifestRoot(f, b) {
  const root = hex(b.manifest.root);
  const a = wanted(b.announcement, "announcement").value;
  f.must(a.manifestRoot === root, "the announcement names other seats");
  f.must((b.close?.value.manifestRoot ?? root) === root, "the close names other seats");
  f.must((b.result?.value.manifestRoot ?? root) === root, "the result names other seats");
  const windows = new Map(a.windows.map((w) => [w.number, w]));
  f.must(windows.size === a.windows.length, "a window is announced twice");
  const counted = new Map();
  for (const s of b.manifest.seats) {
    const w = windows.get(s.window);
    counted.set(s.window, (counted.get(s.window) ?? 0) + 1);
    if (!f.must(w !== undefined, `window ${s.window} was not announced`)) continue;
    f.must(s.at >= unixOf(w.from) && s.at <= unixOf(w.to), `seat ${s.id} starts outside its window`);
  }
  for (const w of a.windows) f.must((counted.get(w.number) ?? 0) === w.seats, `window ${w.number} has ${counted.get(w.number) ?? 0} seats, announced were ${w.seats}`);
}

function bindings(f, b) {
  if (b.close === null) return f.skip("there is no close");
  f.must(b.bindings.length === b.entries.entries.length, `${b.bindings.length} bindings for ${b.entries.entries.length} entries`);
  f.must(new Set(b.bindings).size === b.bindings.length, "two entries have one binding");
  return f.say(`one for each of ${b.bindings.length} entries, all different`);
}

function persons(f, b) {
  if (b.close === null) return f.skip("there is no close");
  const left = new Map(b.entries.entries.map((e) => [e.nf, e.size]));
  const seen = new Set();
  b.persons.forEach((p, i) => {
    f.must(!seen.has(p.person), `line ${i + 1}: a person in two entries`);
    seen.add(p.person);
    if (!f.must(left.has(p.entry), `line ${i + 1}: a person of no entry`)) return;
    left.set(p.entry, left.get(p.entry) - 1);
  });
  let wrong = 0;
  for (const n of left.values()) if (n !== 0) wrong++;
  f.must(wrong === 0, `${wrong} entries have more or fewer persons than their size`);
  return f.say(`${b.persons.length} persons in ${left.size} entries`);
}

/** The round of attempt f by the rule. */
function attemptRound(a, f) {
  return roundAt(a.beacon, unixOf(a.closes) + a.delays.fallback * f + a.delays.round);
}

/** The chain that the result's round comes from: the announced one, or the last that replaced it. */
export function chainOf(b) {
  return b.of("newchain").at(-1)?.value.beacon ?? wanted(b.announcement, "announcement").value.beacon;
}

function timing(f, b) {
  const a = wanted(b.announcement, "announcement");
  const { announced, opens, closes, kind, delays } = a.value;
  const [ahead, open] = !isStandard(delays) ? [0, 1] : kind === "main" ? [72 * 3600, 48 * 3600] : [day - 600, day];
  const stood = standsSince(b, cosigners(b, a));
  f.must(unixOf(announced) <= unixOf(opens), "entry opened before the announcement");
  f.must(unixOf(closes) - unixOf(opens) >= open, `entry was open for less than ${open} s`);
  f.must(unixOf(closes) - unixOf(announced) >= ahead, `announced less than ${ahead} s ahead`);
  f.must(stood < unixOf(closes) && unixOf(closes) - stood >= ahead, `the announcement was not cosigned ${ahead} s before the close`);
  const voids = b.of("void");
  if (b.close !== null) {
    voided(f, b, voids);
    replaced(f, b, voids.length);
  }
  if (b.result === null && b.cancelled !== null) return f.say(`closed ${closes}; cancelled`);
  f.must(b.cancelled === null, "a cancelled draw has a result");
  const result = wanted(b.result, "result").value;
  const by = standsSince(b, covering(b, wanted(b.close, "close")));
  f.must(by >= unixOf(closes) - tolerance, "it was closed early");
  f.must(standsSince(b, cosigners(b, b.result)) >= timeOf(chainOf(b), result.round) - tolerance, "the result was cosigned before its round was published");
  f.must(by < deadlineOf(b), `the close had not ${b.policy.k} cosignatures before ${show(deadlineOf(b))}`);
  return f.say(`closed ${closes}, cosigned by ${show(Math.min(by, deadlineOf(b)))}, round at ${show(timeOf(chainOf(b), result.round))}`);
}

/**
 * A void leaf counts only in a checkpoint cosigned before the time of the round that it makes void. A draw whose close
 * stood must be drawn: to cancel it would be to choose.
 */
function voided(f, b, voids) {
  const a = b.announcement.value;
  let timely = 0;
  for (const leaf of voids) {
    const before = timeOf(a.beacon, attemptRound(a, leaf.value.attempt - 1));
    if (standsSince(b, covering(b, leaf)) < before) timely++;
    else if (b.result === null) break;
    else f.must(false, `leaf ${leaf.seq} was not cosigned before ${show(before)}, when its round was published`);
  }
  const stood = standsSince(b, covering(b, b.close));
  const deadline = unixOf(a.closes) + a.delays.fallback * timely + a.delays.deadline;
  f.must(b.result !== null || stood >= deadline, "the close stood, and yet the draw was cancelled");
}

/** A new chain is named at the earliest 7 days after the round's time, at least 24 hours before its own round. */
function replaced(f, b, attempt) {
  const a = b.announcement.value;
  for (const leaf of b.of("newchain")) {
    const stood = standsSince(b, cosigners(b, leaf));
    f.must(stood >= timeOf(a.beacon, attemptRound(a, attempt)) + 7 * day - tolerance, `leaf ${leaf.seq} names a chain less than 7 days after the round's time`);
    f.must(stood + day <= timeOf(leaf.value.beacon, leaf.value.round), `leaf ${leaf.seq} names a round less than 24 hours ahead`);
  }
}

/** Says that there was nothing to draw, where that is so. */
function cancelled(f, b) {
  if (b.result !== null || b.cancelled === null) return false;
  f.skip("the draw was cancelled");
  return true;
}

function round(f, b) {
  const a = wanted(b.announcement, "announcement").value;
  const first = attemptRound(a, 0);
  f.must(a.round === first, `round ${a.round} was announced, the rule gives ${first}`);
  b.of("void").forEach((v, i) => f.must(v.value.round === attemptRound(a, i + 1), `leaf ${v.seq} names another round than the rule`));
  const expected = b.of("newchain").at(-1)?.value.round ?? attemptRound(a, b.of("void").length);
  if (b.result !== null) {
    f.must(b.result.value.round === expected, `the result rests on round ${b.result.value.round}, the rule gives ${expected}`);
    f.must(b.beacon.round === expected, `beacon.json holds round ${b.beacon.round}, the rule gives ${expected}`);
  }
  f.say(`round ${expected}`);
}

/** Whether a chain is one of the trust policy's. */
export function inPolicy(b, chain) {
  return b.policy.beacons.some((known) => canonical(known) === canonical(chain));
}

function beacon(f, b) {
  const chain = chainOf(b);
  f.fault(faultOfChain(chain));
  f.must(inPolicy(b, chain), "the chain is not one of the trust policy's");
  if (cancelled(f, b)) return;
  if (f.faults.length === 0) f.fault(faultOfRound(chain, b.beacon.round, b.beacon.signature));
  f.must(wanted(b.result, "result").value.signature === hex(b.beacon.signature), "the result names another signature");
  f.say(`${chain.id}, round ${b.beacon.round}`);
}

/** What the draw is computed from: the files, never what the result says of them. */
function givenOf(b) {
  const a = wanted(b.announcement, "announcement").value;
  const chainHash = Uint8Array.from(chainOf(b).chainHash.match(/../g), (h) => parseInt(h, 16));
  return { drawID: a.drawID, chainHash, round: b.beacon.round, signature: b.beacon.signature };
}

function seed(f, b) {
  if (cancelled(f, b)) return;
  const mine = hex(seedOf({ ...givenOf(b), entries: b.entries.entries.length, entriesRoot: b.entries.root, manifestRoot: b.manifest.root }));
  f.must(wanted(b.result, "result").value.seed === mine, `the seed is ${mine}`);
  f.say(mine);
}

function result(f, b) {
  if (cancelled(f, b)) return;
  b.drawn = run({ ...givenOf(b), manifest: b.manifest, entries: b.entries });
  const mine = resultBytes(b.drawn);
  const theirs = b.get("result");
  if (f.must(same(mine, theirs), "result is not what the draw gives")) f.say(`${theirs.length} bytes, all the same`);
}

function resultLeaf(f, b) {
  if (cancelled(f, b)) return;
  const r = wanted(b.result, "result").value;
  f.must(b.of("result").length === 1, "a second result");
  f.must(r.resultSha256 === digestOf(b, "result"), "the leaf names another result");
  f.must(r.attempt === b.of("void").length, `the result is of attempt ${r.attempt}, ${b.of("void").length} were made void`);
}

export const drawChecks = {
  "close-matches-files": closeMatchesFiles,
  "manifest-root": manifestRoot,
  bindings,
  persons,
  timing,
  round,
  beacon,
  seed,
  result,
  "result-leaf": resultLeaf,
};
