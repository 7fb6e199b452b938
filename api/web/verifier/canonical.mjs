// Canonical JSON (RFC 8785) as the leaves use it: objects, lists, strings, truth values and whole numbers.
import { same, textOf, utf8 } from "./bytes.mjs";

/** Writes a value canonically; throws for what a leaf must not hold. */
export function canonical(value) {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new Error("a text with half a character");
    return JSON.stringify(value);
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Error("a number that is not whole, or too great");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") throw new Error("null has no place here");
  const keys = Object.keys(value).sort(); // by UTF-16 code units, as the RFC has it
  return `{${keys.map((k) => `${canonical(k)}:${canonical(value[k])}`).join(",")}}`;
}

/** Reads canonical JSON; throws when the bytes are not exactly what canonical() writes. */
export function parseCanonical(bytes) {
  const value = JSON.parse(textOf(bytes));
  if (!same(utf8(canonical(value)), bytes)) throw new Error("not in canonical form");
  return value;
}
