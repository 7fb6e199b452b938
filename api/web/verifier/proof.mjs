// A leaf's proof: C2SP tlog-proof with the checkpoint that it leads to.
import { textOf, unbase64, utf8 } from "./bytes.mjs";
import { nodeHash } from "./merkle.mjs";
import { linesOf, parseNote } from "./note.mjs";

function whole(text) {
  const n = /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(n)) throw new Error("a number that is not a decimal without leading zeros");
  return n;
}

/** Reads a checkpoint. Gives {origin, size, root, note}; throws. */
export function parseCheckpoint(bytes) {
  const note = parseNote(bytes);
  const [origin, size, root] = linesOf(note);
  const hash = root === undefined ? null : unbase64(root);
  if (origin === "" || hash === null || hash.length !== 32) throw new Error("not a checkpoint");
  return { origin, size: whole(size), root: hash, note };
}

/** Reads leaves/<seq>.proof. Gives {index, hashes, checkpoint}; throws. */
export function parseProof(bytes) {
  const text = textOf(bytes);
  const end = text.indexOf("\n\n");
  const [head, index, ...hashes] = text.slice(0, end).split("\n");
  if (end < 0 || head !== "c2sp.org/tlog-proof@v1" || !index?.startsWith("index ")) throw new Error("not an inclusion proof");
  const raw = hashes.map((h) => unbase64(h));
  if (raw.length > 63 || raw.some((h) => h === null || h.length !== 32)) throw new Error("a hash of the proof is not 32 bytes in base64");
  return { index: whole(index.slice(6)), hashes: raw, checkpoint: parseCheckpoint(utf8(text.slice(end + 2))) };
}

/**
 * The root that a proof leads to, by RFC 6962, 2.1.1, or null when its length is wrong. seen is told of every full
 * subtree (a range of leaves that no later leaf changes) as (name, hash): two trees that are one agree on them.
 */
export function rootOfProof(index, size, leaf, hashes, seen = () => {}) {
  if (!(index >= 0 && index < size)) return null;
  let used = hashes.length;
  const told = (begin, n, hash) => {
    if (Number.isInteger(Math.log2(n)) && begin % n === 0) seen(`${begin}+${n}`, hash);
    return hash;
  };
  const walk = (begin, n) => {
    if (n === 1) return told(begin, 1, leaf);
    if (--used < 0) return null;
    const beside = hashes[used];
    const half = 2 ** Math.ceil(Math.log2(n) - 1);
    const left = index < begin + half;
    const below = left ? walk(begin, half) : walk(begin + half, n - half);
    if (below === null) return null;
    if (left) told(begin + half, n - half, beside);
    else told(begin, half, beside);
    return told(begin, n, left ? nodeHash(below, beside) : nodeHash(beside, below));
  };
  const root = walk(0, size);
  return used === 0 ? root : null;
}
