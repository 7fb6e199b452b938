// Checks on the leaves, their proofs, checkpoints, cosignatures and time stamps.
import { hex, same } from "./bytes.mjs";
import { leafHash } from "./merkle.mjs";
import { rootOfProof } from "./proof.mjs";
import { cosigned, faultOfSignature } from "./note.mjs";
import { parseStamp } from "./stamp.mjs";
import { standardDelays, unixOf } from "./leaves.mjs";
import { sha256 } from "./vendor/noble.mjs";

/** Thrown by a check that cannot be made for want of a leaf. */
export class Missing extends Error {}

/** The leaf; throws Missing when there is none. */
export function wanted(leaf, what) {
  if (leaf === null) throw new Missing(`no ${what} can be read among the leaves`);
  return leaf;
}

/** The order of a draw: announcement, close, voids, delayed and a new chain, result; a cancellation ends it at any time. */
const phases = { announcement: 0, close: 1, void: 2, delayed: 3, newchain: 3, result: 4, cancelled: 4 };

function leavesCanonical(f, b) {
  let phase = -1;
  for (const l of b.leaves) {
    if (!f.must(l.fault === null, `leaf ${l.seq}: ${l.fault}`)) continue;
    const { type, seq, drawID } = l.value;
    f.must(seq === l.seq, `leaf ${l.seq} says that it is ${seq}`);
    if (b.announcement !== null) f.must(drawID === b.announcement.value.drawID, `leaf ${l.seq} is of another draw`);
    const again = phase === phases[type] && !["void", "delayed", "newchain"].includes(type);
    const tooEarly = phase < (type === "announcement" ? -1 : type === "close" || type === "cancelled" ? 0 : 1);
    f.must(!again && !tooEarly && phases[type] >= phase, `leaf ${l.seq} (${type}) is out of order`);
    phase = Math.max(phase, phases[type]);
  }
  f.must(b.announcement !== null, "no announcement can be read");
  f.must(b.result !== null || b.cancelled !== null, "neither a result nor a cancellation ends the draw");
  f.must(b.of("newchain").length <= 1, "a second new chain");
  b.of("void").forEach((v, i) => f.must(v.value.attempt === i + 1, `leaf ${v.seq} is void number ${i + 1}, not ${v.value.attempt}`));
  f.say(`${b.leaves.length} leaves, in the order of a draw`);
}

function leavesProved(f, b) {
  for (const l of b.leaves) {
    if (!f.must(l.proof !== null, `leaf ${l.seq}: ${l.unproved}`)) continue;
    const { index, hashes, checkpoint } = l.proof;
    f.must(index === l.seq, `the proof of leaf ${l.seq} is for ${index}`);
    const root = rootOfProof(index, checkpoint.size, leafHash(l.bytes), hashes);
    f.must(root !== null && same(root, checkpoint.root), `leaf ${l.seq} is not in the tree of its checkpoint`);
  }
  f.say(`${b.leaves.length} leaves stand in the log at their numbers`);
}

/** Two checkpoints of one size have one root, and all proofs agree on the parts of the tree that never change. */
function logOneTree(f, b) {
  const sizes = new Map();
  const parts = new Map();
  const agree = (map, name, hash, fault) => {
    const before = map.get(name);
    if (before === undefined) map.set(name, hash);
    else f.must(same(before, hash), fault);
  };
  for (const l of b.leaves) {
    if (l.proof === null) continue;
    const { index, hashes, checkpoint } = l.proof;
    f.must(checkpoint.origin === b.policy.log.name, `the checkpoint of leaf ${l.seq} is of another log`);
    agree(sizes, checkpoint.size, checkpoint.root, `two checkpoints of size ${checkpoint.size} differ`);
    rootOfProof(index, checkpoint.size, leafHash(l.bytes), hashes, (name, hash) => {
      agree(parts, name, hash, `the proof of leaf ${l.seq} belongs to another tree than those before`);
    });
  }
  f.say(`${sizes.size} checkpoints of one log`);
}

function operatorSigned(f, b) {
  for (const l of b.leaves) {
    if (!f.must(l.proof !== null, `leaf ${l.seq} has no checkpoint`)) continue;
    const { note } = l.proof.checkpoint;
    const fault = faultOfSignature(note, b.policy.log);
    l.signed = f.must(fault === null, `the checkpoint of leaf ${l.seq}: ${fault}`);
    try {
      cosigners(b, l); // a false cosignature in a witness's name is the operator's fault too
    } catch (e) {
      l.signed = f.must(false, `the checkpoint of leaf ${l.seq}: ${e.message}`);
    }
  }
  f.say(`signed by ${b.policy.log.name}`);
}

/** Who cosigned a leaf's checkpoint and when: [{witness, time}], earliest first. Throws at a false cosignature. */
export function cosigners(b, leaf) {
  if (leaf.proof === null) throw new Error(`leaf ${leaf.seq} has no checkpoint`);
  if (leaf.cosigners !== undefined) return leaf.cosigners;
  const found = [];
  for (const witness of b.policy.witnesses) {
    const time = cosigned(leaf.proof.checkpoint.note, witness.key);
    if (time !== null) found.push({ witness, time });
  }
  leaf.cosigners = found.sort((x, y) => x.time - y.time);
  return leaf.cosigners;
}

/** When the k-th witness had cosigned, in Unix seconds; Infinity when fewer did. */
export function standsSince(b, found) {
  return found[b.policy.k - 1]?.time ?? Infinity;
}

/** Who cosigned a checkpoint, signed by the operator, that covers a leaf, each by its earliest word: a larger tree holds the leaf too. */
export function covering(b, leaf) {
  const earliest = new Map();
  for (const l of b.leaves) {
    if (l.proof === null || l.proof.checkpoint.size <= leaf.seq || !l.signed) continue;
    for (const c of cosigners(b, l)) {
      const name = c.witness.key.name;
      if (!(earliest.get(name)?.time <= c.time)) earliest.set(name, c);
    }
  }
  return [...earliest.values()].sort((x, y) => x.time - y.time);
}

/** A time in Unix seconds as it is shown. */
export function show(unix) {
  return new Date(1000 * unix).toISOString().replace(".000Z", "Z");
}

/** Whether the delays are those of an independent draw. */
export function isStandard(delays) {
  return Object.keys(standardDelays).every((k) => delays[k] === standardDelays[k]);
}

function witnessesOf(f, b, leaf) {
  const found = cosigners(b, leaf);
  const all = b.policy.witnesses.length;
  if (!f.must(found.length >= b.policy.k, `${found.length} of ${all} witnesses cosigned; ${b.policy.k} have to`)) return;
  f.say(`${found.length} of ${all} witnesses, ${b.policy.k} needed, by ${show(standsSince(b, found))}`);
}

function witnessesAnnouncement(f, b) {
  witnessesOf(f, b, wanted(b.announcement, "announcement"));
}

function witnessesClose(f, b) {
  if (b.close === null && b.cancelled !== null) return f.skip("the draw was cancelled before its close");
  const stood = standsSince(b, covering(b, wanted(b.close, "close")));
  if (stood < Infinity) return f.say(`${b.policy.k} witnesses had cosigned it, or a checkpoint after it, by ${show(stood)}`);
  return witnessesOf(f, b, b.close);
}

function witnessesResult(f, b) {
  if (b.result === null && b.cancelled !== null) return f.skip("the draw was cancelled");
  return witnessesOf(f, b, wanted(b.result, "result"));
}

/** Until when the close has to stand, for the attempt that the result rests on; Unix seconds. */
export function deadlineOf(b) {
  const a = wanted(b.announcement, "announcement").value;
  return unixOf(a.closes) + a.delays.fallback * b.of("void").length + a.delays.deadline;
}

/** What stamps say; that they say it truly, their signatures show, which are not checked here. */
function timeStamps(f, b) {
  let stamps = 0;
  let close = Infinity;
  for (const l of b.leaves) {
    if (l.tsr === undefined) continue;
    stamps++;
    try {
      if (l.proof === null) throw new Error("there is no checkpoint for it to cover");
      const { imprint, time } = parseStamp(l.tsr);
      f.must(imprint === hex(sha256(l.proof.checkpoint.note.text)), `the stamp of leaf ${l.seq} is over something else than its checkpoint`);
      if (b.close !== null && l.proof.checkpoint.size > b.close.seq) close = Math.min(close, time);
    } catch (e) {
      f.fault(`the stamp of leaf ${l.seq}: ${e.message}`);
    }
  }
  if (b.policy.tsaRoots.length === 0) return f.skip("the policy names no time stamp authority");
  if (b.close !== null && b.result !== null) f.must(close < deadlineOf(b), `the close has no time stamp from before ${show(deadlineOf(b))}`);
  f.codes.push("stamps-unverified");
  return f.say(`${stamps} of ${b.leaves.length} checkpoints are stamped; the stamp's signature is checked by chesna draw verify`);
}

export const logChecks = {
  "leaves-canonical": leavesCanonical,
  "leaves-proved": leavesProved,
  "log-one-tree": logOneTree,
  "operator-signed": operatorSigned,
  "witnesses-announcement": witnessesAnnouncement,
  "witnesses-close": witnessesClose,
  "witnesses-result": witnessesResult,
  "time-stamps": timeStamps,
};
