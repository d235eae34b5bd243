/** Extensions of certificates (RFC 5280, 4.2), DER. */
import type { CertificateRequest } from '../kube/certificate-request.ts';
import * as der from '../kube/der.ts';

export const OID = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** Bits of the key usage by the API's names for them; two names mean the first. */
const KEY_USAGES = [
  ['digital signature', 'signing'],
  ['content commitment'],
  ['key encipherment'],
  ['data encipherment'],
  ['key agreement'],
  ['cert sign'],
  ['crl sign'],
  ['encipher only'],
  ['decipher only'],
];

/** Extended key usages by the API's names, in Go's order. */
const PURPOSES: readonly (readonly [oid: string, names: readonly string[]])[] = [
  ['2.5.29.37.0', ['any']],
  [OID.serverAuth, ['server auth']],
  [OID.clientAuth, ['client auth']],
  ['1.3.6.1.5.5.7.3.3', ['code signing']],
  ['1.3.6.1.5.5.7.3.4', ['email protection', 's/mime']],
  ['1.3.6.1.5.5.7.3.5', ['ipsec end system']],
  ['1.3.6.1.5.5.7.3.6', ['ipsec tunnel']],
  ['1.3.6.1.5.5.7.3.7', ['ipsec user']],
  ['1.3.6.1.5.5.7.3.8', ['timestamping']],
  ['1.3.6.1.5.5.7.3.9', ['ocsp signing']],
  ['1.3.6.1.4.1.311.10.3.3', ['microsoft sgc']],
  ['2.16.840.1.113730.4.1', ['netscape sgc']],
];

export function extension(type: string, critical: boolean, value: Buffer): Buffer {
  const parts = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(type), ...parts, der.octetString(value));
}

/** The extensions of a certificate that was asked for: what the request says besides names does not count. */
export function requestedExtensions(request: CertificateRequest, usages: readonly string[], keyId: Buffer): Buffer[] {
  const bits = KEY_USAGES.map((names) => names.some((name) => usages.includes(name)));
  const purposes = PURPOSES.filter(([, names]) => names.some((name) => usages.includes(name)));
  const names = [
    ...request.dnsNames.map((name) => der.implicit(2, name)),
    ...request.emailAddresses.map((name) => der.implicit(1, name)),
    ...request.ipAddresses.map((address) => der.implicit(7, address)),
    ...request.uris.map((uri) => der.implicit(6, uri)),
  ];
  const purposeIds = purposes.map(([oid]) => der.objectIdentifier(oid));
  return [
    ...(bits.includes(true) ? [extension(OID.keyUsage, true, bitsOf(bits))] : []),
    ...(purposes.length > 0 ? [extension(OID.extendedKeyUsage, false, der.sequence(...purposeIds))] : []),
    extension(OID.basicConstraints, true, der.sequence()),
    extension(OID.authorityKeyId, false, der.sequence(der.implicit(0, keyId))),
    ...(names.length > 0 ? [extension(OID.subjectAltName, false, der.sequence(...names))] : []),
  ];
}

/** A bit string in which the first bit is the highest, without zeros at its end. */
function bitsOf(bits: readonly boolean[]): Buffer {
  const length = bits.lastIndexOf(true) + 1;
  const bytes = Buffer.alloc(Math.ceil(length / 8));
  for (const [i, isSet] of bits.entries()) if (isSet) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (0x80 >> (i & 7));
  return der.bitString(bytes, bytes.length * 8 - length);
}
