/** What curl does about TLS: its options, and what it says when a handshake fails (built with OpenSSL). */

import { certificatesOf } from '../../../../../server/kube/tls/certificate-faults.ts';
import { PLAIN_SERVER, type TlsError } from '../../../../../server/kube/tls/secure-client.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { CurlFailed } from './curl-failed.ts';
import type { Options } from './options.ts';
import { type ClientTls, readText, trustOf } from './tls.ts';

/** What a client trusts and shows by `-k`, `--cacert`, `--cert` and `--key`. @throws CurlFailed */
export async function tlsOf(process: Process, options: Options): Promise<ClientTls> {
  const certFile = options.value('E');
  const clientCertificate = certFile === undefined ? undefined : await identity(process, certFile, options.value('y'));
  const shown = clientCertificate && { clientCertificate };
  if (options.has('k')) return { caBundle: '', insecure: true, ...shown };
  const caFile = options.value('C') ?? process.env.get('CURL_CA_BUNDLE');
  if (caFile === undefined) return { caBundle: await trustOf(process), ...shown };
  const caBundle = await textOf(process, caFile);
  if (caBundle === undefined || certificatesOf(caBundle).length === 0)
    throw new CurlFailed(77, `error setting certificate verify locations:  CAfile: ${caFile} CApath: none`);
  return { caBundle, ...shown };
}

async function identity(
  process: Process,
  certFile: string,
  keyFile = certFile,
): Promise<{ readonly key: string; readonly cert: string }> {
  const [cert, key] = [await textOf(process, certFile), await textOf(process, keyFile)];
  if (!cert?.includes('-----BEGIN CERTIFICATE-----'))
    throw new CurlFailed(
      58,
      `could not load PEM client certificate from ${certFile}, (no key found, wrong pass phrase?)`,
    );
  if (!key || !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key))
    throw new CurlFailed(58, `unable to set private key file: '${keyFile}' type PEM`);
  return { cert, key };
}

async function textOf(process: Process, path: string): Promise<string | undefined> {
  try {
    return await readText(process, path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return undefined;
  }
}

/** How OpenSSL describes what is wrong with a chain (X509_verify_cert_error_string). */
const CHAIN_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  CERT_SIGNATURE_FAILURE: 'certificate signature failure',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT: 'unable to get issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  // curl asks for the issuer where Node only looks at the leaf.
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to get local issuer certificate',
};

const MORE = `
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.`;

/** What curl makes of a handshake that failed. */
export function tlsFailure({ code, message }: TlsError, host: string, port: string): CurlFailed {
  const chain = CHAIN_FAULTS[code];
  if (chain !== undefined) return new CurlFailed(60, `SSL certificate problem: ${chain}${MORE}`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const name = `no alternative certificate subject name matches target host name '${host}'`;
    return new CurlFailed(60, `SSL: ${name}${MORE}`);
  }
  if (PLAIN_SERVER.has(code))
    return new CurlFailed(35, 'OpenSSL/3.1.4: error:0A00010B:SSL routines::wrong version number');
  if (code === 'ECONNRESET')
    return new CurlFailed(35, `OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to ${host}:${port} `);
  return new CurlFailed(35, `OpenSSL/3.1.4: ${message.replace(/^tls: /, '')}`);
}
