// What the verifier uses of the noble libraries; build.sh makes noble.mjs of it.
export { sha256, sha512 } from "@noble/hashes/sha2.js";
export { bls12_381 } from "@noble/curves/bls12-381.js";
export { ed25519 } from "@noble/curves/ed25519.js";
