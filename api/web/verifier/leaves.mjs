// The leaves of the log of draws, and the trust policy: docs/DRAW-FILES.md as shapes. A key more or less is refused.
import { hex, textOf, unbase64, unhex } from "./bytes.mjs";
import { sha256 } from "./vendor/noble.mjs";
import { parseCanonical } from "./canonical.mjs";
import { isDrawID, parseStart } from "./files.mjs";
import { parseKey } from "./note.mjs";

/** The version of the rules that this verifier knows. */
export const rule = "chesna/draw/v1";

/** Delays of an independent draw, in seconds. */
export const standardDelays = Object.freeze({ deadline: 300, fallback: 86400, round: 600 });

const text = (v) => typeof v === "string";
const flag = (v) => typeof v === "boolean";
const count = (v) => Number.isSafeInteger(v) && v >= 0;
const between = (a, b) => (v) => count(v) && v >= a && v <= b;
const oneOf = (...all) => (v) => all.includes(v);
const hash = (v) => unhex(v, 32) !== null;
const signature = (v) => unhex(v, 48) !== null;
const decimal4 = (v) => text(v) && /^(0|[1-9][0-9]{0,8})\.[0-9]{4}$/.test(v);
const drawID = (v) => isDrawID(v);
const drawOrNone = (v) => v === "" || isDrawID(v);
const time = (v) => text(v) && v.length === 20 && v.endsWith("Z") && parseStart(v) !== null;
const word = (v) => text(v) && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(v);
const week = (v) => text(v) && /^[0-9]{4}-W[0-5][0-9]$/.test(v);
const key = (v) => text(v) && parseKey(v) !== null;
const base64 = (v) => text(v) && unbase64(v) !== null;
const list = (shape) => (v) => {
  if (!Array.isArray(v)) return false;
  v.forEach((item, i) => check(shape, item, `[${i}]`));
  return true;
};

const beaconShape = {
  chainHash: hash, development: flag, genesis: between(0, 0xffffffff), genesisSeed: hash, id: (v) => text(v) && v.length >= 1 && v.length <= 64,
  period: between(1, 86400), publicKey: (v) => unhex(v, 96) !== null, scheme: text,
};
const windowShape = { from: time, label: text, number: between(0, 63), seats: count, to: time };

const shapes = {
  announcement: {
    announced: time, beacon: beaconShape, closes: time, consulate: word, delays: { deadline: count, fallback: count, round: count }, drawID, group: word,
    guarantee: { draws: count, entries: count, giveUp: decimal4, rho: decimal4, t: count }, isoWeek: week, kind: oneOf("main", "standby"), manifestRoot: hash,
    opens: time, parent: drawOrNone, policy: hash, pool: word, predecessor: drawOrNone, round: count, rule: oneOf(rule), seq: count, type: text, windows: list(windowShape),
  },
  close: {
    bindingsSha256: hash, closed: time, drawID, entriesRoot: hash, entriesSha256: hash, fallback: count, manifestRoot: hash, n: count, personsSha256: hash,
    seq: count, sumW: count, type: text, weights: (v) => Array.isArray(v) && v.length === 8 && v.every(count),
  },
  void: { attempt: between(1, 3), drawID, reason: text, round: count, seq: count, type: text },
  delayed: { drawID, round: count, seq: count, type: text },
  newchain: { beacon: beaconShape, drawID, round: count, seq: count, type: text },
  cancelled: { drawID, reason: text, seq: count, type: text },
  result: { attempt: between(0, 3), drawID, manifestRoot: hash, resultSha256: hash, round: count, seed: hash, seq: count, signature, type: text },
};

/** In a policy a chain is a name for comparison; whether it can be used, the check of the beacon says. */
const short = (v) => text(v) && v.length <= 1024;
const namedShape = {
  chainHash: (v) => text(v) && v.length === 64, development: flag, genesis: Number.isSafeInteger, genesisSeed: short, id: (v) => text(v) && v !== "",
  period: (v) => count(v) && v >= 1, publicKey: short, scheme: text,
};

const policyShape = {
  authority: key, beacons: list(namedShape), development: flag, k: between(1, 64), logs: { draws: key, journal: key }, operator: key,
  tsaRoots: list(base64), version: oneOf("chesna/policy/v1"), witnesses: list({ key, operator: text }),
};

/** Compares a value with a shape: a function tells what is right, an object names its keys. Throws with the place. */
function check(shape, value, where) {
  if (typeof shape === "function") {
    if (!shape(value)) throw new Error(`${where.replace(/^\./, "")} is not what it must be`);
    return;
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error(`${where || "it"} is not an object`);
  for (const k of Object.keys(value)) if (!Object.hasOwn(shape, k)) throw new Error(`${where}.${k} is unknown`.replace(/^\./, ""));
  for (const k of Object.keys(shape)) {
    if (!Object.hasOwn(value, k)) throw new Error(`${where}.${k} is missing`.replace(/^\./, ""));
    check(shape[k], value[k], `${where}.${k}`);
  }
}

/** Reads a leaf; throws when it is not canonical or not one of the kinds. */
export function parseLeaf(bytes) {
  const leaf = parseCanonical(bytes);
  if (!Object.hasOwn(shapes, leaf.type)) throw new Error("a leaf of an unknown type");
  check(shapes[leaf.type], leaf, "");
  return leaf;
}

/** Reads beacon.json in the one form that relays give it, with one LF. Gives {round, signature}; throws. */
export function parseBeacon(bytes) {
  const m = /^\{"round":([1-9][0-9]{0,15}),"randomness":"([0-9a-f]{64})","signature":"([0-9a-f]{96})"\}\n$/.exec(textOf(bytes));
  if (m === null || !Number.isSafeInteger(Number(m[1]))) throw new Error("not in the published form");
  const raw = unhex(m[3], 48);
  if (hex(sha256(raw)) !== m[2]) throw new Error("the randomness is not that of the signature");
  return { round: Number(m[1]), signature: raw };
}

/** Reads the trust policy; throws. Keys come parsed. */
export function parsePolicy(bytes) {
  const raw = parseCanonical(bytes);
  check(policyShape, raw, "");
  const witnesses = raw.witnesses.map((w) => ({ key: parseKey(w.key), operator: w.operator }));
  if (new Set(witnesses.map((w) => hex(w.key.key))).size !== witnesses.length) throw new Error("a witness stands there twice");
  if (raw.k > witnesses.length || 2 * raw.k <= witnesses.length) throw new Error("k is not more than half of the witnesses");
  return { ...raw, authority: parseKey(raw.authority), operator: parseKey(raw.operator), log: parseKey(raw.logs.draws), witnesses };
}

/** Unix seconds of a time of a leaf. */
export function unixOf(leafTime) {
  return parseStart(leafTime);
}
