import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ipBytes } from '../../server/auth/ip-bytes.ts';
import * as der from '../../server/kube/der.ts';

export interface RequestedNames {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly uris?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** A new key (PEM), and a request for a certificate of it as the field `spec.request` has it. */
export interface MadeRequest {
  readonly key: string;
  readonly request: string;
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  extensionRequest: '1.2.840.113549.1.9.14',
  subjectAltName: '2.5.29.17',
} as const;

interface Kind {
  readonly pair: () => { privateKey: KeyObject; publicKey: KeyObject };
  readonly oid: string;
  readonly digest: string | null;
}

const KINDS = {
  ec: {
    pair: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    oid: '1.2.840.10045.4.3.2',
    digest: 'sha256',
  },
  rsa: {
    pair: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    oid: '1.2.840.113549.1.1.11',
    digest: 'sha256',
  },
  ed25519: { pair: () => generateKeyPairSync('ed25519'), oid: '1.3.101.112', digest: null },
} as const satisfies Record<string, Kind>;

/**
 * What `openssl req -new` makes.
 *
 * @param signedBy another key pair signs than the one that the request is for
 * @example
 * const { key, request } = certificateRequest({ commonName: 'jane', organizations: ['dev'] });
 */
export function certificateRequest(
  names: RequestedNames,
  { kind = 'ec', signedBy }: { kind?: keyof typeof KINDS; signedBy?: 'another key' } = {},
): MadeRequest {
  const { pair, oid, digest }: Kind = KINDS[kind];
  const { privateKey, publicKey } = pair();
  const info = der.sequence(
    der.integer(Buffer.of(0)),
    subject(names),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(0, attributes(names)),
  );
  const signature = sign(digest, info, signedBy ? pair().privateKey : privateKey);
  const algorithm = der.sequence(der.objectIdentifier(oid));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    request: inPem('CERTIFICATE REQUEST', der.sequence(info, algorithm, der.bitString(signature))),
  };
}

function subject({ commonName, organizations = [] }: RequestedNames): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    der.setOf(der.sequence(der.objectIdentifier(type), der.utf8String(value)));
  const all = organizations.map((name) => attribute(OID.organization, name));
  return der.sequence(...all, attribute(OID.commonName, commonName));
}

function attributes({ dnsNames = [], emailAddresses = [], uris = [], ipAddresses = [] }: RequestedNames): Buffer {
  const names = [
    ...dnsNames.map((name) => der.implicit(2, Buffer.from(name))),
    ...emailAddresses.map((name) => der.implicit(1, Buffer.from(name))),
    ...uris.map((name) => der.implicit(6, Buffer.from(name))),
    ...ipAddresses.map((address) => der.implicit(7, ipBytes(address) ?? Buffer.alloc(0))),
  ];
  if (names.length === 0) return Buffer.alloc(0);
  const value = der.octetString(der.sequence(...names));
  const extensions = der.sequence(der.sequence(der.objectIdentifier(OID.subjectAltName), value));
  return der.sequence(der.objectIdentifier(OID.extensionRequest), der.setOf(extensions));
}

/** PEM in base64, as fields of bytes have it. */
export function inPem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`).toString('base64');
}
