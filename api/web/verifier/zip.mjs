// A small reader of .zip: stored and deflated files, nothing else. Limits keep a hostile archive from filling memory.
import { textOf } from "./bytes.mjs";

const maxFiles = 2000;
const maxBytes = 512 * 1024 * 1024; // of all files together, unpacked

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Inflates, but no more than so many bytes. */
async function inflate(packed, size) {
  const out = new Uint8Array(size);
  let at = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > size) {
      await reader.cancel().catch(() => {});
      throw new Error("a file is longer than the archive says");
    }
    out.set(value, at);
    at += value.length;
  }
  if (at !== size) throw new Error("a file is shorter than the archive says");
  return out;
}

/** Where the central directory is: {count, at}. */
function directory(view) {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 65535; at--) {
    if (view.getUint32(at, true) !== 0x06054b50 || at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
    const count = view.getUint16(at + 10, true);
    const start = view.getUint32(at + 16, true);
    if (count !== view.getUint16(at + 8, true) || start + view.getUint32(at + 12, true) !== at) throw new Error("the archive's directory is not where it says");
    return { count, at: start, end: at };
  }
  throw new Error("not a .zip archive");
}

/** Reads an archive into a Map of names to bytes; throws when anything about it is odd. */
export async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, at: start, end } = directory(view);
  if (count > maxFiles) throw new Error(`more than ${maxFiles} files`);
  const files = new Map();
  let total = 0;
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw new Error("the archive's directory is damaged");
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, packed, size] = [view.getUint32(at + 16, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const name = textOf(bytes.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    total += size;
    if (flags & 1) throw new Error("the archive is encrypted");
    if (method !== 0 && method !== 8) throw new Error(`${name}: packed in an unknown way`);
    if (total > maxBytes) throw new Error("the archive is too large");
    if (files.has(name)) throw new Error(`${name} is in the archive twice`);
    if (local + 30 > start || view.getUint32(local, true) !== 0x04034b50) throw new Error(`${name}: not where the directory says`);
    const localName = view.getUint16(local + 26, true);
    if (textOf(bytes.subarray(local + 30, local + 30 + localName)) !== name) throw new Error(`${name} has another name inside`);
    const begin = local + 30 + localName + view.getUint16(local + 28, true);
    if (begin + packed > start) throw new Error(`${name}: cut off`);
    const raw = bytes.subarray(begin, begin + packed);
    const content = method === 0 ? raw : await inflate(raw, size);
    if (content.length !== size || crc32(content) !== crc) throw new Error(`${name} is damaged: its checksum differs`);
    files.set(name, content);
  }
  if (at !== end) throw new Error("the archive's directory is damaged");
  for (const name of files.keys()) if (name.endsWith("/")) files.delete(name);
  return files;
}
