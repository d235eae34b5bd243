/** Requests for certificates, as a client makes them: PKCS #10 (RFC 2986). */
import { sign } from 'node:crypto';
import * as der from '../kube/der.ts';
import { type CertificateSubject, distinguishedName, ECDSA_WITH_SHA256, pem, privateKeyPem } from './certificates.ts';
import { newKeyPair } from './keys.ts';

/** A new private key, and the request for a certificate for it, both PEM. */
export interface KeyAndRequest {
  readonly key: string;
  readonly request: string;
}

/**
 * Makes a key that never leaves the client, and what the client sends instead.
 *
 * @example
 * const { key, request } = signingRequest({ commonName: 'jane', organizations: ['dev'] });
 */
export function signingRequest(subject: CertificateSubject): KeyAndRequest {
  const { privateKey, publicKey } = newKeyPair();
  const contents = der.sequence(
    der.integer(Buffer.of(0)), // version 1
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(0, Buffer.alloc(0)), // no attributes
  );
  const algorithm = der.sequence(der.objectIdentifier(ECDSA_WITH_SHA256));
  const signature = der.bitString(sign('sha256', contents, privateKey));
  const request = pem('CERTIFICATE REQUEST', der.sequence(contents, algorithm, signature));
  return { key: privateKeyPem(privateKey), request };
}
