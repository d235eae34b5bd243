/**
 * Keys that are the same at each run: derived from a seed, and therefore nobody's secret. The curve is P-256, which
 * clients take; its signatures need a random number each, which RFC 6979 derives from the key and the text.
 */
import { createECDH, createHash, createHmac, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import * as der from '../kube/der.ts';
import type { KeyPair, Keys } from './keys.ts';

/** The order of the curve's group. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const BYTES = 32;

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(BYTES * 2, '0'), 'hex');
const hmac = (key: Buffer, ...parts: readonly Buffer[]): Buffer =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest();

function inverse(value: bigint): bigint {
  let [a, b] = [value % ORDER, ORDER];
  let [x, y] = [1n, 0n];
  while (a > 1n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return x < 0n ? x + ORDER : x;
}

/** The point that is so often the base point, uncompressed: Node has no other way to multiply. */
function multipleOfBase(scalar: bigint): { readonly x: Buffer; readonly y: Buffer } {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(toBytes(scalar));
  const point = curve.getPublicKey();
  return { x: point.subarray(1, 1 + BYTES), y: point.subarray(1 + BYTES) };
}

/** Numbers below the order of the group, one after the other: RFC 6979, 3.2, with SHA-256. */
function* nonces(key: Buffer, digest: Buffer): Generator<bigint> {
  let v: Buffer = Buffer.alloc(BYTES, 1);
  let k: Buffer = Buffer.alloc(BYTES, 0);
  const reduced = toBytes(toNumber(digest) % ORDER);
  for (const step of [0, 1]) {
    k = hmac(k, v, Buffer.of(step), key, reduced);
    v = hmac(k, v);
  }
  for (;;) {
    v = hmac(k, v);
    const nonce = toNumber(v);
    if (nonce > 0n && nonce < ORDER) yield nonce;
    k = hmac(k, v, Buffer.of(0));
    v = hmac(k, v);
  }
}

/** ECDSA with SHA-256: `r` and `s`, 32 bytes each. @param key a number below the order of the group */
export function deterministicSignature(key: Buffer, text: Buffer): { readonly r: Buffer; readonly s: Buffer } {
  const digest = createHash('sha256').update(text).digest();
  for (const nonce of nonces(key, digest)) {
    const r = toNumber(multipleOfBase(nonce).x) % ORDER;
    const s = (inverse(nonce) * (toNumber(digest) + r * toNumber(key))) % ORDER;
    if (r > 0n && s > 0n) return { r: toBytes(r), s: toBytes(s) };
  }
  throw new Error('there is a number for every signature');
}

/** The private number of a key of P-256. */
function scalarOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
}

/**
 * Keys of a seed: the same purpose has the same key.
 *
 * @example
 * const keys = seededKeys('1');
 * keys.pair('kubernetes')
 */
export function seededKeys(seed: string): Keys {
  const pair = (purpose: string): KeyPair => {
    // 64 bits more than the order has: no number is likelier than another.
    const wide = createHash('sha512')
      .update(`fauxkube key ${seed}\n${purpose}`)
      .digest()
      .subarray(0, BYTES + 8);
    const scalar = (toNumber(wide) % (ORDER - 1n)) + 1n;
    const { x, y } = multipleOfBase(scalar);
    const jwk = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
    const privateKey = createPrivateKey({ key: { ...jwk, d: toBytes(scalar).toString('base64url') }, format: 'jwk' });
    return { privateKey, publicKey: createPublicKey(privateKey) };
  };
  return {
    pair,
    sign: (text, key) => {
      const { r, s } = deterministicSignature(scalarOf(key), text);
      return der.sequence(der.integer(r), der.integer(s));
    },
    signToken: (text, key) => {
      const { r, s } = deterministicSignature(scalarOf(key), text);
      return Buffer.concat([r, s]);
    },
    isInsecure: true,
  };
}
