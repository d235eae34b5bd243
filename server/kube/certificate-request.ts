/** Requests for certificates, as clients send them: PKCS #10 (RFC 2986) in PEM. */
import { createPublicKey, verify } from 'node:crypto';
import {
  contentOf,
  type DerValue,
  readInside,
  readObjectIdentifier,
  readValues,
  TAG,
  UNEXPECTED,
} from './der-reader.ts';
import { pemBlocks } from './pem.ts';

/** What a certificate is asked for. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** The name of the subject as it was encoded. */
  readonly subject: Buffer;
  /** The key (SubjectPublicKeyInfo), DER. */
  readonly publicKey: Buffer;
  readonly dnsNames: readonly Buffer[];
  readonly emailAddresses: readonly Buffer[];
  readonly uris: readonly Buffer[];
  readonly ipAddresses: readonly Buffer[];
  /** Whether whoever asks has the key. */
  isSigned(): boolean;
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const SUBJECT_ALT_NAME = '2.5.29.17';
const ATTRIBUTES = 0xa0;
/** Context tags of RFC 5280's GeneralName. */
const NAME = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;
const BMP_STRING = 0x1e;

/** Digests of signature algorithms; Ed25519 has its own. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/**
 * @param base64 the field `spec.request` of a CertificateSigningRequest
 * @throws Error when it is no request for a certificate
 * @example
 * parseCertificateRequest(csr.spec.request).commonName // 'jane'
 */
export function parseCertificateRequest(base64: string): CertificateRequest {
  const block = pemBlocks(Buffer.from(base64, 'base64').toString('latin1'))[0];
  if (block?.type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [outer, ...more] = readValues(block.der);
  if (more.length > 0) throw new Error('asn1: syntax error: trailing data');
  const [info, algorithm, signature] = readInside(outer, TAG.sequence);
  const [, subject, publicKey, ...attributes] = readInside(info, TAG.sequence);
  const names = readInside(subject, TAG.sequence).flatMap((set) => readInside(set, TAG.set).map(readAttribute));
  const alternatives = attributes.filter(({ tag }) => tag === ATTRIBUTES).flatMap(alternativeNames);
  const named = (tag: number): Buffer[] => alternatives.filter((name) => name.tag === tag).map((name) => name.content);
  contentOf(publicKey, TAG.sequence);
  return {
    commonName: names.findLast(({ type }) => type === COMMON_NAME)?.value ?? '',
    organizations: names.filter(({ type }) => type === ORGANIZATION).map(({ value }) => value),
    subject: subject?.bytes ?? Buffer.alloc(0),
    publicKey: publicKey?.bytes ?? Buffer.alloc(0),
    dnsNames: named(NAME.dns),
    emailAddresses: named(NAME.email),
    uris: named(NAME.uri),
    ipAddresses: named(NAME.ip),
    isSigned: () => isSignedBy(publicKey, info, algorithm, signature),
  };
}

function readAttribute(value: DerValue): { type: string; value: string } {
  const [type, text] = readInside(value, TAG.sequence);
  if (!text) throw new Error(UNEXPECTED);
  const bytes = text.tag === BMP_STRING ? Buffer.from(text.content).swap16() : text.content;
  return { type: readObjectIdentifier(type), value: bytes.toString(text.tag === BMP_STRING ? 'utf16le' : 'utf8') };
}

function alternativeNames(attributes: DerValue): DerValue[] {
  return readValues(attributes.content).flatMap((attribute) => {
    const [type, values] = readInside(attribute, TAG.sequence);
    if (readObjectIdentifier(type) !== EXTENSION_REQUEST) return [];
    return readInside(values, TAG.set)
      .flatMap((extensions) => readInside(extensions, TAG.sequence))
      .flatMap((extension) => {
        const parts = readInside(extension, TAG.sequence);
        if (readObjectIdentifier(parts[0]) !== SUBJECT_ALT_NAME) return [];
        return readValues(contentOf(parts.at(-1), TAG.octetString)).flatMap((list) => readInside(list, TAG.sequence));
      });
  });
}

function isSignedBy(
  publicKey: DerValue | undefined,
  info: DerValue | undefined,
  algorithm: DerValue | undefined,
  signature: DerValue | undefined,
): boolean {
  try {
    const digest = DIGESTS[readObjectIdentifier(readInside(algorithm, TAG.sequence)[0])];
    if (!publicKey || !info || digest === undefined) return false;
    const key = createPublicKey({ key: publicKey.bytes, format: 'der', type: 'spki' });
    // The first byte counts the bits that are left over at the end.
    return verify(digest, info.bytes, key, contentOf(signature, TAG.bitString).subarray(1));
  } catch {
    return false;
  }
}
