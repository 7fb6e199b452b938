// Debian 12's node 18 lacks DecompressionStream("deflate-raw"), which browsers have had for longer: for the tests, zlib
// stands in. The page itself never loads this.
import { Duplex } from "node:stream";
import { createInflateRaw } from "node:zlib";

try {
  new DecompressionStream("deflate-raw");
} catch {
  globalThis.DecompressionStream = class {
    constructor(format) {
      if (format !== "deflate-raw") throw new TypeError(`no format ${format}`);
      Object.assign(this, Duplex.toWeb(createInflateRaw()));
    }
  };
}
