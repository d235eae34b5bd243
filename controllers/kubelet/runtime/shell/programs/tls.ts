/** TLS as programs in containers speak it: with certificates that lie in files of the container. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { certificatesOf } from '../../../../../server/kube/tls/certificate-faults.ts';
import { secureClient, TlsError, type TlsTarget } from '../../../../../server/kube/tls/secure-client.ts';
import type { TlsIdentity } from '../../../../../server/kube/tls/secure-server.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { openInput, readAll } from './input.ts';
import { within } from './network.ts';

/** What a client trusts and shows; the name of the server comes from the URL. */
export type ClientTls = Omit<TlsTarget, 'serverName'> & {
  /** PEM; '' trusts nobody: what the host trusts is no concern of a container. */
  readonly caBundle: string;
};

/** A handshake that failed. Programs have words of their own for it. */
export class HandshakeFailed extends SystemError {
  readonly fault: TlsError;

  constructor(fault: TlsError) {
    super('ECONNRESET');
    this.fault = fault;
    this.message = fault.message;
  }
}

/** A certificate or key that cannot be used, in the words of Go's crypto/tls. */
export class IdentityError extends Error {}

/** Where Linux distributions keep the authorities that everybody trusts, in the order in which Go looks. */
const TRUST_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
] as const;

/** PEM of the authorities that programs of a container trust unless they are told otherwise; '' for none. */
export async function trustOf(process: Process): Promise<string> {
  const given = process.env.get('SSL_CERT_FILE');
  for (const path of given === undefined ? TRUST_FILES : [given]) {
    const text = await tryRead(process, path);
    if (text !== undefined) return text;
  }
  return '';
}

async function tryRead(process: Process, path: string): Promise<string | undefined> {
  try {
    return await readText(process, path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return undefined;
  }
}

/** @throws SystemError */
export async function readText(process: Process, path: string): Promise<string> {
  const file = openInput(process, path);
  try {
    return (await readAll(process, file)).toString('latin1');
  } finally {
    file.release();
  }
}

/** Makes a connection secret. @throws HandshakeFailed, SystemError `ETIMEDOUT` */
export async function secured(
  process: Process,
  connection: Duplex,
  serverName: string,
  tls: ClientTls,
  timeoutMs: number,
): Promise<TLSSocket> {
  const { clock } = process.machine;
  // Only reading is read: a text that holds no certificate trusts nobody.
  const caBundle = certificatesOf(tls.caBundle).length > 0 ? tls.caBundle : '';
  const handshake = secureClient(connection, { ...tls, caBundle, serverName }, () => clock.now());
  try {
    return await within(process, timeoutMs, handshake);
  } catch (error) {
    connection.destroy();
    if (error instanceof TlsError) throw new HandshakeFailed(error);
    throw error;
  }
}

/**
 * A certificate and its key from files, as `tls.LoadX509KeyPair` reads them.
 *
 * @throws IdentityError `open /tls.crt: no such file or directory`
 */
export async function loadIdentity(
  process: Process,
  certFile: string,
  keyFile: string,
): Promise<Pick<TlsIdentity, 'cert' | 'key'>> {
  const [cert, key] = [await readIdentity(process, certFile), await readIdentity(process, keyFile)];
  if (!cert.includes('-----BEGIN CERTIFICATE-----'))
    throw new IdentityError('tls: failed to find any PEM data in certificate input');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key))
    throw new IdentityError('tls: failed to find any PEM data in key input');
  let isPair: boolean;
  try {
    isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new IdentityError('tls: failed to parse private key');
  }
  if (!isPair) throw new IdentityError('tls: private key does not match public key');
  return { cert, key };
}

async function readIdentity(process: Process, path: string): Promise<string> {
  try {
    return await readText(process, path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const { message } = error;
    throw new IdentityError(`open ${path}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
}
