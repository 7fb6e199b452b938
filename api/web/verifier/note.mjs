// Signed notes and their keys (C2SP signed-note, tlog-cosignature v1), as golang.org/x/mod/sumdb/note reads them.
import { ed25519, sha256 } from "./vendor/noble.mjs";
import { concat, same, textOf, unbase64, utf8 } from "./bytes.mjs";

const plain = 1; // Ed25519 over the note's text
const timed = 4; // cosignature/v1: Ed25519 over a time and the text

/** Reads a verifier key, name+hash+base64. Gives {name, hash, alg, key}; throws. */
export function parseKey(vkey) {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(vkey);
  const raw = parts === null ? null : unbase64(parts[3]);
  if (raw === null || raw.length !== 33) throw new Error("a key that is not name+hash+base64");
  const [, name, hash] = parts;
  if (raw[0] !== plain && raw[0] !== timed) throw new Error(`a key of the unknown algorithm ${raw[0]}`);
  const want = sha256(concat(utf8(name), utf8("\n"), raw)).subarray(0, 4);
  if (parseInt(hash, 16) !== new DataView(want.buffer, want.byteOffset).getUint32(0)) throw new Error("a key whose hash is another one's");
  return { name, hash, alg: raw[0], key: raw.subarray(1) };
}

/** Reads a note without verifying it. Gives {text, signatures: [{name, hash, bytes}]}; throws. */
export function parseNote(bytes) {
  const malformed = new Error("not a signed note");
  const all = textOf(bytes);
  if (/[\u0000-\u0009\u000b-\u001f]/.test(all)) throw malformed;
  const split = all.lastIndexOf("\n\n");
  const lines = all.slice(split + 2).split("\n");
  if (split < 0 || lines.length < 2 || lines.pop() !== "" || lines.length > 100) throw malformed;
  const signatures = lines.map((line) => {
    const m = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
    const raw = m === null ? null : unbase64(m[2]);
    if (raw === null || raw.length < 5) throw malformed;
    return { name: m[1], hash: [...raw.subarray(0, 4)].map((b) => b.toString(16).padStart(2, "0")).join(""), bytes: raw.subarray(4) };
  });
  return { text: utf8(all.slice(0, split + 1)), signatures };
}

/** The note's signatures that name this key. */
function by(note, key) {
  return note.signatures.filter((s) => s.name === key.name && s.hash === key.hash);
}

function verify(key, message, signature) {
  try {
    return signature.length === 64 && ed25519.verify(signature, message, key.key, { zip215: false });
  } catch {
    return false;
  }
}

/** Why the note does not count as signed by a key of algorithm 1, or null. */
export function faultOfSignature(note, key) {
  if (key.alg !== plain) return `${key.name} is not a key for signing`;
  const own = by(note, key);
  if (own.length === 0) return `no signature of ${key.name}`;
  return own.every((s) => verify(key, note.text, s.bytes)) ? null : `a signature of ${key.name} does not verify`;
}

/** When a witness cosigned the note, in Unix seconds, or null when it did not. Throws when a cosignature in its name is false. */
export function cosigned(note, key) {
  if (key.alg !== timed) throw new Error(`${key.name} is not a witness's key`);
  let earliest = null;
  for (const s of by(note, key)) {
    if (s.bytes.length !== 72) throw new Error(`a cosignature of ${key.name} has not its length`);
    const time = Number(new DataView(s.bytes.buffer, s.bytes.byteOffset, 8).getBigUint64(0));
    const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), note.text);
    if (!verify(key, message, s.bytes.subarray(8))) throw new Error(`a cosignature of ${key.name} does not verify`);
    if (earliest === null || time < earliest) earliest = time;
  }
  return earliest;
}

/** The lines of a note's text. */
export function linesOf(note) {
  return textOf(note.text).slice(0, -1).split("\n");
}

/** Whether two notes say the same. */
export function sameText(a, b) {
  return same(a.text, b.text);
}
