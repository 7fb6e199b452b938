// Bytes: comparing, hexadecimal, base64, text. Nothing here knows of draws.

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a text. */
export function utf8(text) {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes; throws when they are not UTF-8. */
export function textOf(bytes) {
  return strict.decode(bytes);
}

/** Joins byte arrays. */
export function concat(...parts) {
  let length = 0;
  for (const p of parts) length += p.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** Orders byte arrays like numbers in base 256: below, equal to or above 0. */
export function compare(a, b) {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

/** Whether two byte arrays are the same. */
export function same(a, b) {
  return a.length === b.length && compare(a, b) === 0;
}

const digits = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

/** Lower-case hexadecimal. */
export function hex(bytes) {
  let out = "";
  for (const b of bytes) out += digits[b];
  return out;
}

function nibble(text, at) {
  const c = text.charCodeAt(at);
  return c < 58 ? c - 48 : c - 87;
}

/** Reads lower-case hexadecimal of exactly so many bytes; null when it is not. */
export function unhex(text, length) {
  if (typeof text !== "string" || text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) return null;
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = (nibble(text, 2 * i) << 4) | nibble(text, 2 * i + 1);
  return out;
}

/** Standard base64 with padding. */
export function base64(bytes) {
  let raw = "";
  for (const b of bytes) raw += String.fromCharCode(b);
  return btoa(raw);
}

/** Reads standard base64 with padding, in its one canonical form; null when it is not. */
export function unbase64(text) {
  if (typeof text !== "string" || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  let raw;
  try {
    raw = atob(text);
  } catch {
    return null;
  }
  const out = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  return base64(out) === text ? out : null;
}

/** A whole number as 8 bytes, the greatest first. */
export function be64(n) {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(n));
  return out;
}
