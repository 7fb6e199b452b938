// Merkle trees of RFC 6962.
import { sha256 } from "./vendor/noble.mjs";

/** SHA-256(00 ‖ leaf). */
export function leafHash(leaf) {
  const buf = new Uint8Array(leaf.length + 1);
  buf.set(leaf, 1);
  return sha256(buf);
}

/** SHA-256(01 ‖ left ‖ right). */
export function nodeHash(left, right) {
  const buf = new Uint8Array(65);
  buf[0] = 1;
  buf.set(left, 1);
  buf.set(right, 33);
  return sha256(buf);
}

/** The root over leaf hashes; of none, SHA-256 of nothing. */
export function rootOf(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array(0));
  let level = leaves;
  while (level.length > 1) {
    const next = [];
    for (let i = 0; i + 1 < level.length; i += 2) next.push(nodeHash(level[i], level[i + 1]));
    if (level.length % 2 === 1) next.push(level[level.length - 1]);
    level = next;
  }
  return level[0];
}

/** The root that an inclusion proof leads to (RFC 9162, 2.1.3.2), or null when the proof has not the right length. */
export function rootFromProof(index, size, leaf, proof) {
  if (!(index >= 0 && index < size)) return null;
  let hash = leaf;
  let at = BigInt(index);
  let last = BigInt(size) - 1n;
  for (const p of proof) {
    if (last === 0n) return null;
    if (at % 2n === 1n || at === last) {
      hash = nodeHash(p, hash);
      while (at % 2n === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = nodeHash(hash, p);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hash : null;
}
