/** Whose certificate a client shows: each virtual cluster has a CA of its own, which the port's TLS does not know. */
import { X509Certificate } from 'node:crypto';
import type { Peer } from '../pipeline/request.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** `CN=jane\nO=dev`: one attribute a line, as Node prints names. */
function valuesOf(subject: string, attribute: string): string[] {
  const lines = subject.split('\n').filter((line) => line.startsWith(`${attribute}=`));
  return lines.map((line) => line.slice(attribute.length + 1));
}

/** Knows the clients of one cluster by the certificates of its CA. */
export class ClientCertificates {
  readonly #ca: X509Certificate;
  readonly #fingerprint: string;
  readonly #now: () => number;
  /** Once for each connection. */
  readonly #known = new WeakMap<Peer, Peer>();

  /**
   * @param ca PEM
   * @param now the machine's time: certificates are checked by it, as TLS does
   */
  constructor(ca: string, now: () => number) {
    this.#ca = new X509Certificate(ca);
    this.#fingerprint = fingerprintOf(this.#ca);
    this.#now = now;
  }

  /** The client as this cluster sees it: with a user, if its CA has signed the certificate, or with none. */
  peer(peer: Peer): Peer {
    let known = this.#known.get(peer);
    if (!known) {
      known = this.#read(peer);
      this.#known.set(peer, known);
    }
    return known;
  }

  /** Whether this cluster's CA signed what the client shows. */
  knows(peer: Peer): boolean {
    return this.peer(peer).certificate !== undefined;
  }

  #read(peer: Peer): Peer {
    const { address, shown } = peer;
    // What the CA of the port has signed means nothing here.
    if (!shown) return peer.certificate ? { address, untrustedCertificate: true } : { address };
    const certificate = new X509Certificate(shown());
    if (!this.#isGood(certificate)) return { address, untrustedCertificate: true };
    const [commonName] = valuesOf(certificate.subject, 'CN');
    if (commonName === undefined) return { address };
    const organizations = valuesOf(certificate.subject, 'O');
    const fingerprint = fingerprintOf(certificate);
    return {
      address,
      certificate: { commonName, organizations, fingerprint, authority: () => this.#fingerprint },
    };
  }

  #isGood(certificate: X509Certificate): boolean {
    const nowMs = this.#now();
    const isInTime = Date.parse(certificate.validFrom) <= nowMs && nowMs <= Date.parse(certificate.validTo);
    // Node calls the extended usages so.
    const isOfClient = ((certificate.keyUsage as string[] | undefined) ?? []).includes(CLIENT_AUTH);
    return isInTime && isOfClient && certificate.checkIssued(this.#ca) && certificate.verify(this.#ca.publicKey);
  }
}

function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}
