// The checks on one bundle, as docs/DRAW-FILES.md and the rules of the draw have them. verifyBundle() does them all, in
// order, and never stops at the first that fails.
import { parseLeaf, parseBeacon, parsePolicy } from "./leaves.mjs";
import { checkResult, parseBindings, parseEntries, parseManifest, parsePersons } from "./files.mjs";
import { parseProof } from "./proof.mjs";
import { logChecks, Missing } from "./checks-log.mjs";
import { drawChecks } from "./checks-draw.mjs";
import { trustChecks } from "./checks-trust.mjs";

/** The checks in the order in which they are shown. */
export const checkIDs = Object.freeze([
  "files-grammar", "policy-hash", "announcement", "leaves-canonical", "leaves-proved", "log-one-tree", "operator-signed",
  "witnesses-announcement", "witnesses-close", "witnesses-result", "time-stamps", "close-matches-files", "manifest-root", "bindings",
  "persons", "authority", "timing", "round", "beacon", "seed", "result", "result-leaf", "receipts", "independence",
]);

/** Checks that fail, rather than do not apply, when the leaf that they are about is missing. */
const standAlone = new Set(["policy-hash", "announcement", "close-matches-files", "manifest-root", "timing", "round", "beacon"]);

const names = ["manifest", "entries", "bindings", "persons", "result", "beacon.json", "authority", "policy.json"];
const leafName = /^leaves\/(0|[1-9][0-9]{0,14})\.(json|proof|tsr)$/;
const receiptName = /^receipts\/[A-Za-z0-9_.-]{1,64}$/;
const maxLeaves = 1000;

/** Runs a reading and says in which file it failed. */
function reading(name, read) {
  try {
    return read();
  } catch (e) {
    throw e.name === "LineError" ? e : new Error(`${name}: ${e.message}`, { cause: e });
  }
}

/** Reads every file of a bundle by its grammar; throws at the first that breaks it. */
function read(files) {
  const get = (name) => files.get(name);
  const b = { files, get, leaves: [], receipts: [] };
  for (const name of [...files.keys()].sort()) {
    const m = leafName.exec(name);
    if (m !== null && m[2] === "json") b.leaves.push(readLeaf(b, Number(m[1])));
    else if (m !== null && !files.has(`leaves/${m[1]}.json`)) throw new Error(`${name}: without its leaf`);
    else if (receiptName.test(name)) b.receipts.push({ name, bytes: get(name) });
    else if (m === null && !names.includes(name)) throw new Error(`${JSON.stringify(name)}: no file of a bundle has this name`);
  }
  if (b.leaves.length === 0 || b.leaves.length > maxLeaves) throw new Error("leaves: none, or too many");
  b.leaves.sort((x, y) => x.seq - y.seq);
  b.of = (type) => b.leaves.filter((l) => l.value !== null && l.value.type === type);
  for (const [name, type] of [["announcement", "announcement"], ["close", "close"], ["result", "result"], ["cancelled", "cancelled"]]) b[name] = b.of(type)[0] ?? null;
  needed(b);
  b.manifest = parseManifest(get("manifest"));
  b.entries = parseEntries(get("entries") ?? new Uint8Array(0));
  b.bindings = parseBindings(get("bindings") ?? new Uint8Array(0));
  b.persons = parsePersons(get("persons") ?? new Uint8Array(0));
  if (get("result")) checkResult(get("result"));
  b.beacon = get("beacon.json") ? reading("beacon.json", () => parseBeacon(get("beacon.json"))) : null;
  b.policy = reading("policy.json", () => parsePolicy(get("policy.json")));
  return b;
}

/** Which files have to be there depends on what the leaves say has happened. */
function needed(b) {
  const need = ["manifest", "policy.json"];
  if (b.close !== null) need.push("entries", "bindings", "persons");
  if (b.result !== null) need.push("result", "beacon.json");
  for (const name of need) if (!b.files.has(name)) throw new Error(`${name}: the file is missing`);
}

function readLeaf(b, seq) {
  const bytes = b.get(`leaves/${seq}.json`);
  const leaf = { seq, bytes, tsr: b.get(`leaves/${seq}.tsr`), proof: null, value: null, fault: null, unproved: null, signed: false };
  try {
    leaf.value = parseLeaf(bytes);
  } catch (e) {
    leaf.fault = e.message;
  }
  try {
    const proof = b.get(`leaves/${seq}.proof`);
    if (proof === undefined) throw new Error("there is no proof");
    leaf.proof = parseProof(proof);
  } catch (e) {
    leaf.unproved = e.message;
  }
  return leaf;
}

/** Collects what is wrong; a check holds when nothing is. */
class Findings {
  faults = [];
  notes = [];
  codes = [];
  skipped = null;

  /** Says that there is nothing to check, and why. */
  skip(why) {
    this.skipped = why;
  }

  /** Records a fault unless the condition holds. */
  must(condition, fault) {
    if (!condition) this.faults.push(fault);
    return condition;
  }

  /** Records a fault where there is one. */
  fault(text) {
    if (text !== null) this.faults.push(text);
  }

  /** Says something that is no fault. */
  say(note) {
    this.notes.push(note);
  }

  /** The check as it is shown. */
  check(id) {
    const faulty = this.faults.length > 0;
    const most = this.faults.length > 8 ? [...this.faults.slice(0, 8), "and more"] : this.faults;
    const state = faulty ? (id === "independence" ? "not independent" : "failed") : this.skipped !== null ? "not applicable" : "ok";
    const detail = (faulty ? most : this.skipped !== null ? [this.skipped] : this.notes).join("; ");
    return { id, ok: !faulty, state, detail, codes: this.codes };
  }
}

/**
 * Verifies a bundle. files is a Map of names to bytes; options.policy the bytes of a trust policy that the visitor has
 * from elsewhere (without one nothing is pinned); options.progress is told each check's id before it is made, and
 * awaited. Gives {verdict, checks: [{id, ok, state, detail, codes}], draw}: verdict is good, wrong, unreadable (a file
 * breaks the grammar) or not-independent; state is ok, failed, not applicable or not independent; draw holds what a page
 * shows, or is null.
 */
export async function verifyBundle(files, options = {}) {
  const progress = options.progress ?? (() => {});
  const checks = [];
  const all = { ...logChecks, ...drawChecks, ...trustChecks };
  let b;
  for (const id of checkIDs) {
    await progress(id);
    const f = new Findings();
    try {
      if (id === "files-grammar") {
        b = read(files);
        b.pinned = options.policy ?? null;
        f.say(`${b.manifest.seats.length} seats, ${b.entries.entries.length} entries, ${b.persons.length} persons, ${b.leaves.length} leaves`);
      } else {
        all[id](f, b);
      }
    } catch (e) {
      if (e instanceof Missing && !standAlone.has(id)) f.skip(e.message);
      else f.fault(e.message);
    }
    checks.push(f.check(id));
    if (id === "files-grammar" && f.faults.length > 0) return { verdict: "unreadable", checks, draw: null };
  }
  const failed = checks.filter((c) => !c.ok).map((c) => c.id);
  const verdict = failed.length === 0 ? "good" : failed.some((id) => id !== "independence") ? "wrong" : "not-independent";
  return { verdict, checks, draw: b };
}
