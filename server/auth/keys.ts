import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Where the keys of a cluster come from: all of the curve P-256. */
export interface Keys {
  /** @param purpose what the key is for; keys of a seed are the same for the same purpose */
  pair(purpose: string): KeyPair;
  /** ECDSA with SHA-256, DER. */
  sign(text: Buffer, key: KeyObject): Buffer;
  /** The same as tokens have it: two numbers of 32 bytes. */
  readonly signToken: (text: Buffer, key: KeyObject) => Buffer;
  /** Whether everybody can know them. */
  readonly isInsecure: boolean;
}

/** Of the curve P-256. */
export function newKeyPair(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** Keys that nobody else has. */
export const randomKeys: Keys = {
  pair: () => newKeyPair(),
  sign: (text, key) => sign('sha256', text, key),
  signToken: (text, key) => sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }),
  isInsecure: false,
};
