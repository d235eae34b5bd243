/** Keys of certificates for pods, and the proof that the kubelet has them: a request of PKCS #10 without any names. */
import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { bitString, explicit, integer, objectIdentifier, sequence, tagged } from '../../../../server/kube/der.ts';

const generate = promisify(generateKeyPair);

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface KeyType {
  readonly make: () => Promise<KeyPair>;
  /** How its requests are signed. */
  readonly algorithm: string;
  /** undefined where the signature has a hash of its own. */
  readonly hash: string | undefined;
  /** Whether the algorithm is written with an empty parameter, as those of RSA are. */
  readonly hasNull?: boolean;
}

const rsa = (modulusLength: number): KeyType => ({
  make: () => generate('rsa', { modulusLength }),
  algorithm: '1.2.840.113549.1.1.11',
  hash: 'sha256',
  hasNull: true,
});

const ecdsa = (namedCurve: string, algorithm: string, hash: string): KeyType => ({
  make: () => generate('ec', { namedCurve }),
  algorithm,
  hash,
});

const KEY_TYPES: Readonly<Record<string, KeyType>> = {
  RSA3072: rsa(3072),
  RSA4096: rsa(4096),
  ECDSAP256: ecdsa('P-256', '1.2.840.10045.4.3.2', 'sha256'),
  ECDSAP384: ecdsa('P-384', '1.2.840.10045.4.3.3', 'sha384'),
  ECDSAP521: ecdsa('P-521', '1.2.840.10045.4.3.4', 'sha512'),
  ED25519: { make: () => generate('ed25519'), algorithm: '1.3.101.112', hash: undefined },
};

/** A new key (PEM, PKCS #8), and the request that it has signed (DER). */
export interface KeyAndProof {
  readonly key: string;
  readonly request: Buffer;
}

/** @throws Error for key types that there are not */
export async function newKeyAndProof(keyType: string): Promise<KeyAndProof> {
  const type = Object.hasOwn(KEY_TYPES, keyType) ? KEY_TYPES[keyType] : undefined;
  if (!type) throw new Error(`unknown key type ${JSON.stringify(keyType)}`);
  const { privateKey, publicKey } = await type.make();
  const nobody = sequence();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const info = sequence(integer(Buffer.of(0)), nobody, spki, explicit(0, Buffer.alloc(0)));
  const parameters = type.hasNull ? [tagged(0x05)] : [];
  const algorithm = sequence(objectIdentifier(type.algorithm), ...parameters);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    request: sequence(info, algorithm, bitString(sign(type.hash, info, privateKey))),
  };
}
