/**
 * The certificates of one cluster: its CA, what the server shows and what clients show. Written with our own DER
 * writer: a library costs a tenth of a second at start, this a few milliseconds.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { CertificateRequest } from '../kube/certificate-request.ts';
import * as der from '../kube/der.ts';
import { ipBytes } from './ip-bytes.ts';
import { type Keys, randomKeys } from './keys.ts';
import { OID as EXTENSION_OID, extension, requestedExtensions } from './x509-extensions.ts';

/** A private key (PKCS #8) and the certificate for it, both PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Who a client certificate is for: user name and groups. */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/** Everything that has to be kept to come back with the same identity: a data directory stores it as it is. */
export interface PkiPems {
  readonly ca: KeyAndCertificate;
  readonly serving: KeyAndCertificate;
  /** The private key that signs service account tokens. */
  readonly tokenKey: string;
  /** Signs for the server where it speaks for others: extension servers believe nobody else who asks. */
  readonly frontProxyCa: KeyAndCertificate;
}

export interface PkiOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** DNS names and IP addresses of the server besides the usual ones. */
  readonly names?: readonly string[];
  /** Where keys come from; nobody else has them unless given. */
  readonly keys?: Keys;
}

/** The CA of a cluster and what it has signed. */
export interface Pki extends PkiPems {
  /** PEM of who signed the serving certificate: what clients have to believe. */
  readonly servingCa: string;
  /** A new key and a certificate for it with which a client is the user `commonName` in the groups `organizations`. */
  clientCertificate(subject: CertificateSubject): KeyAndCertificate;
  /** A new key and certificate for a server, besides the usual names for `names`. */
  servingCertificate(names: readonly string[], validity?: Validity): KeyAndCertificate;
  /** A new key and a certificate of the authority of front proxies. */
  proxyCertificate(): KeyAndCertificate;
  /** A certificate (PEM) for the key and the names of a request; it ends with the CA at the latest. */
  readonly signRequest: (request: CertificateRequest, usages: readonly string[], validity: Validity) => string;
}

/** From when until when a certificate is good. */
export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Under these names pods and clients on the same machine reach an API server. */
const USUAL_NAMES = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'localhost',
  '127.0.0.1',
  '::1',
];

/** What kubeadm calls them. */
const FRONT_PROXY_CA = 'front-proxy-ca';
/** The only name that extension servers take for that of a proxy. */
export const FRONT_PROXY = 'front-proxy-client';

/** What the CA says of itself whose keys everybody can know. */
const INSECURE = 'insecure: from a seed';
/** How long its certificates are good, whenever they are made. */
const SEEDED_VALIDITY: Validity = { notBeforeMs: Date.UTC(2020, 0, 1), notAfterMs: Date.UTC(2099, 11, 31) };

const VALID_MS = 10 * 365 * 24 * 60 * 60 * 1000;
/** Clients whose clocks are a little slow accept a new certificate too. */
const BACKDATED_MS = 60 * 60 * 1000;

/** How keys of {@link newKeyPair} sign. */
export const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: ECDSA_WITH_SHA256,
  ...EXTENSION_OID,
} as const;

/** What one certificate says, besides who signs it. */
interface Contents {
  readonly subject: CertificateSubject | Buffer;
  readonly publicKey: Buffer;
  readonly extensions: readonly Buffer[];
  /** Ten years unless given. */
  readonly validity?: Validity;
}

interface Signer {
  readonly name: CertificateSubject;
  readonly key: KeyObject;
  readonly keyId: Buffer;
}

/**
 * A new CA, a serving certificate and a key for tokens.
 *
 * @example
 * const pki = createPki({ clock, random, names: ['my-host'] });
 * const admin = pki.clientCertificate({ commonName: 'admin', organizations: ['system:masters'] });
 */
export function createPki(options: PkiOptions): Pki {
  const { keys = randomKeys } = options;
  const { ca, signer } = newAuthority('kubernetes', options);
  const serving = servingCertificate(signer, options.names ?? [], options);
  const tokenKey = privateKeyPem(keys.pair('tokens of service accounts').privateKey);
  return pkiOf({ ca, serving, tokenKey, frontProxyCa: frontProxyAuthority(options) }, signer, options);
}

/** The authority of front proxies alone: data directories of earlier versions have none. */
export const frontProxyAuthority = (options: Omit<PkiOptions, 'names'>): KeyAndCertificate =>
  newAuthority(FRONT_PROXY_CA, options).ca;

function newAuthority(name: string, options: PkiOptions): { ca: KeyAndCertificate; signer: Signer } {
  const { keys = randomKeys } = options;
  const { privateKey, publicKey } = keys.pair(name);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const commonName = keys.isInsecure ? `${name} (${INSECURE})` : name;
  const signer: Signer = { name: { commonName }, key: privateKey, keyId: keyIdOf(spki) };
  const extensions = [
    extension(OID.keyUsage, true, keyUsage('sign certificates')),
    extension(OID.basicConstraints, true, der.sequence(der.boolean(true))),
    extension(OID.subjectKeyId, false, der.octetString(signer.keyId)),
  ];
  const cert = certificate({ subject: signer.name, publicKey: spki, extensions }, signer, options);
  return { ca: { key: privateKeyPem(privateKey), cert }, signer };
}

/** The PKI that {@link createPki} made earlier. @throws Error for texts that are no keys */
export function loadPki(pems: PkiPems, options: Omit<PkiOptions, 'names'>): Pki {
  return pkiOf(pems, signerOf(pems.ca), options);
}

/** Whether everybody can know the key of a CA. */
export function isInsecureCa(cert: string): boolean {
  return nameIn(cert).includes(INSECURE);
}

/** The common name of the subject, which Node prints with one attribute a line. */
function nameIn(cert: string): string {
  const { subject } = new X509Certificate(cert);
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? '';
}

function signerOf(ca: KeyAndCertificate): Signer {
  const commonName = nameIn(ca.cert);
  const key = createPrivateKey(ca.key);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { name: { commonName }, key, keyId: keyIdOf(spki) };
}

function pkiOf(pems: PkiPems, signer: Signer, options: PkiOptions): Pki {
  return {
    ca: pems.ca,
    serving: pems.serving,
    servingCa: pems.ca.cert,
    tokenKey: pems.tokenKey,
    frontProxyCa: pems.frontProxyCa,
    proxyCertificate: () => leaf({ commonName: FRONT_PROXY }, OID.clientAuth, [], signerOf(pems.frontProxyCa), options),
    clientCertificate: (subject) => leaf(subject, OID.clientAuth, [], signer, options),
    servingCertificate: (names, validity) => servingCertificate(signer, names, options, validity),
    signRequest: (request, usages, { notBeforeMs, notAfterMs }) => {
      const { subject, publicKey } = request;
      const extensions = requestedExtensions(request, usages, signer.keyId);
      const validity = { notBeforeMs, notAfterMs: Math.min(notAfterMs, endOf(pems.ca.cert)) };
      return certificate({ subject, publicKey, extensions, validity }, signer, options);
    },
  };
}

function endOf(cert: string): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

function servingCertificate(
  signer: Signer,
  names: readonly string[],
  options: PkiOptions,
  validity?: Validity,
): KeyAndCertificate {
  const all = [...new Set([...USUAL_NAMES, ...names])];
  const altNames = der.sequence(...all.map(generalName));
  const more = [extension(OID.subjectAltName, false, altNames)];
  return leaf({ commonName: 'kube-apiserver' }, OID.serverAuth, more, signer, options, validity);
}

/** A choice of RFC 5280's GeneralName: 2 is a DNS name, 7 an IP address. */
function generalName(name: string): Buffer {
  const address = ipBytes(name);
  return address ? der.implicit(7, address) : der.implicit(2, Buffer.from(name));
}

function leaf(
  subject: CertificateSubject,
  purpose: string,
  more: readonly Buffer[],
  signer: Signer,
  options: PkiOptions,
  validity?: Validity,
): KeyAndCertificate {
  const { keys = randomKeys } = options;
  const { privateKey, publicKey } = keys.pair(`${purpose} ${subjectText(subject)}`);
  const extensions = [
    extension(OID.keyUsage, true, keyUsage('sign data')),
    extension(OID.extendedKeyUsage, false, der.sequence(der.objectIdentifier(purpose))),
    extension(OID.basicConstraints, true, der.sequence()),
    extension(OID.authorityKeyId, false, der.sequence(der.implicit(0, signer.keyId))),
    ...more,
  ];
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const contents = { subject, publicKey: spki, extensions, ...(validity && { validity }) };
  return { key: privateKeyPem(privateKey), cert: certificate(contents, signer, options) };
}

function certificate(
  { subject, publicKey, extensions, validity }: Contents,
  signer: Signer,
  { clock, random, keys = randomKeys }: PkiOptions,
): string {
  const now = clock.now();
  const usual = keys.isInsecure ? SEEDED_VALIDITY : { notBeforeMs: now - BACKDATED_MS, notAfterMs: now + VALID_MS };
  const { notBeforeMs, notAfterMs } = validity ?? usual;
  const name = Buffer.isBuffer(subject) ? subject : distinguishedName(subject);
  const serial = random.of(`certificate ${name.toString('base64')}`).uuid();
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const signed = der.sequence(
    der.explicit(0, der.integer(Buffer.of(2))), // version 3
    der.integer(Buffer.from(serial.replaceAll('-', ''), 'hex')),
    algorithm,
    distinguishedName(signer.name),
    der.sequence(der.time(notBeforeMs), der.time(notAfterMs)),
    name,
    publicKey,
    der.explicit(3, der.sequence(...extensions)),
  );
  return pem('CERTIFICATE', der.sequence(signed, algorithm, der.bitString(keys.sign(signed, signer.key))));
}

const subjectText = ({ commonName, organizations = [] }: CertificateSubject): string =>
  JSON.stringify([commonName, ...organizations]);

/** A subject, DER. */
export function distinguishedName({ commonName, organizations = [] }: CertificateSubject): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    der.setOf(der.sequence(der.objectIdentifier(type), der.utf8String(value)));
  return der.sequence(
    ...organizations.map((organization) => attribute(OID.organization, organization)),
    attribute(OID.commonName, commonName),
  );
}

/** The first bit is "digital signature", the sixth "certificate signing". */
function keyUsage(usage: 'sign data' | 'sign certificates'): Buffer {
  return usage === 'sign data' ? der.bitString(Buffer.of(0b1000_0000), 7) : der.bitString(Buffer.of(0b1000_0100), 2);
}

/** A hash of the key itself: the last 65 bytes of what describes a P-256 key. */
function keyIdOf(spki: Buffer): Buffer {
  return createHash('sha1').update(spki.subarray(-65)).digest();
}

/** SEC 1: fabric8's client takes PKCS #8 for a key of RSA, and cannot read it. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'sec1', format: 'pem' }) as string;
}

export function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
