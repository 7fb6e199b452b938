// The public random beacon: drand's scheme bls-unchained-g1-rfc9380, verified with @noble/curves.
import { bls12_381, sha256 } from "./vendor/noble.mjs";
import { be64, concat, hex, same, unhex, utf8 } from "./bytes.mjs";

/** The one scheme that is understood. The chain's hash does not name it, so it is pinned apart. */
export const scheme = "bls-unchained-g1-rfc9380";

const domain = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/** drand's public chain with a period of 3 s. */
export const quicknet = Object.freeze({
  id: "quicknet",
  chainHash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
  scheme,
  period: 3,
  genesis: 1692803367,
  genesisSeed: "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
  publicKey:
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  development: false,
});

/** SHA-256(BE32 period ‖ BE64 genesis ‖ key ‖ genesis seed ‖ id), as hex; the id "default" is left out. */
export function chainHashOf(chain) {
  const period = be64(chain.period).subarray(4);
  const id = chain.id === "default" ? "" : chain.id;
  return hex(sha256(concat(period, be64(chain.genesis), unhex(chain.publicKey, 96), unhex(chain.genesisSeed, 32), utf8(id))));
}

/** When a round is published, in Unix seconds. */
export function timeOf(chain, round) {
  return chain.genesis + chain.period * (round - 1);
}

/** The first round published at or after an instant in Unix seconds. */
export function roundAt(chain, unix) {
  return unix <= chain.genesis ? 1 : 1 + Math.ceil((unix - chain.genesis) / chain.period);
}

/** Why a chain, of the form that leaves.mjs checks, cannot be used, or null. */
export function faultOfChain(chain) {
  if (chain.scheme !== scheme) return `the scheme ${chain.scheme} is not ${scheme}`;
  if (chain.development && chain.chainHash === quicknet.chainHash) return "the public chain is marked as a development one";
  if (chainHashOf(chain) !== chain.chainHash) return "the chain's hash is not that of its parameters";
  try {
    const key = bls12_381.G2.Point.fromBytes(unhex(chain.publicKey, 96));
    if (key.is0()) return "the chain's key is the point at infinity";
    key.assertValidity();
  } catch {
    return "the chain's key is not a point of the group";
  }
  return null;
}

/**
 * Why a round's signature does not count, or null when it verifies. The point must be in the subgroup of prime order:
 * with another point's torsion added it would pass the pairing, and one round would have many values.
 */
export function faultOfRound(chain, round, signature) {
  if (!(round >= 1)) return "rounds begin at 1";
  if (signature.length !== 48) return "the signature has not 48 bytes";
  const { G1, G2, shortSignatures } = bls12_381;
  let point;
  try {
    point = G1.Point.fromBytes(signature);
  } catch {
    return "the signature is not a point of the group";
  }
  if (point.is0()) return "the signature is the point at infinity";
  if (!point.isTorsionFree()) return "the signature is not in the subgroup";
  if (!same(point.toBytes(true), signature)) return "the signature is not in canonical form";
  const message = shortSignatures.hash(sha256(be64(round)), domain);
  const key = G2.Point.fromBytes(unhex(chain.publicKey, 96));
  return shortSignatures.verify(point, message, key) ? null : "the signature does not verify";
}
