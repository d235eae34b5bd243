import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';

/** OpenSSL goes no deeper either. */
const CHAIN_MAX = 100;

/** SHA-256 of a certificate, hexadecimal. */
export function fingerprintOf({ fingerprint256 }: PeerCertificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

/**
 * The authority at the end of a client's chain, which signs itself.
 *
 * Node tells the chain that the client has sent, ordered by names; OpenSSL has found one of its own, and accepted that.
 * So each signature is checked here: otherwise an ordinary client could put a certificate of its own making between its
 * good one and the authority of proxies.
 *
 * @returns its fingerprint; undefined for a chain with another signature than it says
 */
export function authorityOf(shown: DetailedPeerCertificate): string | undefined {
  let certificate = shown;
  for (let depth = 0; depth < CHAIN_MAX; depth++) {
    const { issuerCertificate: issuer } = certificate as Partial<DetailedPeerCertificate>;
    if (!issuer || issuer.fingerprint256 === certificate.fingerprint256) return fingerprintOf(certificate);
    const { publicKey } = new X509Certificate(issuer.raw);
    if (!new X509Certificate(certificate.raw).verify(publicKey)) return undefined;
    certificate = issuer;
  }
  return undefined;
}
