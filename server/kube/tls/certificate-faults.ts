/** What is wrong with a server's certificate, in the words of Go's crypto/x509. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rfc3339 } from '../../base/clock.ts';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text; none when there are none that can be read. */
export function certificatesOf(pem: string): X509Certificate[] {
  try {
    return (pem.match(PEM_CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
  } catch {
    return [];
  }
}

/**
 * What Go finds before it looks for a chain: the time, then the name. Whoever signed does not matter yet.
 *
 * @param host name or address that the certificate has to be for
 */
export function leafFault(certificate: X509Certificate, host: string, nowMs: number): string | undefined {
  const [fromMs, toMs] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const begin = `x509: certificate has expired or is not yet valid: current time ${rfc3339(nowMs)} is`;
  if (nowMs > toMs) return `${begin} after ${rfc3339(toMs)}`;
  if (nowMs < fromMs) return `${begin} before ${rfc3339(fromMs)}`;
  return nameFault(certificate, host);
}

function nameFault(certificate: X509Certificate, host: string): string | undefined {
  const names = (certificate.subjectAltName ?? '').split(', ');
  const of = (kind: string): string[] =>
    names.filter((name) => name.startsWith(`${kind}:`)).map((name) => name.slice(kind.length + 1));
  if (isIP(host)) {
    const addresses = of('IP Address').map((address) => address.toLowerCase());
    if (addresses.length === 0)
      return `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
    if (certificate.checkIP(host) !== undefined) return undefined;
    return `x509: certificate is valid for ${addresses.join(', ')}, not ${host}`;
  }
  const hosts = of('DNS');
  if (hosts.some((pattern) => matches(pattern.toLowerCase(), host.toLowerCase().replace(/\.$/, '')))) return undefined;
  if (hosts.length > 0) return `x509: certificate is valid for ${hosts.join(', ')}, not ${host}`;
  if (certificate.subjectAltName === undefined && /^CN=[\w.-]+$/m.test(certificate.subject))
    return 'x509: certificate relies on legacy Common Name field, use SANs instead';
  return `x509: certificate is not valid for any names, but wanted to match ${host}`;
}

/** A star stands for the whole first label. */
function matches(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === pattern.slice(1);
}

/**
 * Why there is no chain to a trusted authority. Where one has the issuer's name and another key, Go tells so.
 *
 * @param trusted undefined for the authorities of the system
 */
export function chainFault(certificate: X509Certificate | undefined, trusted: string | undefined): string {
  const fault = 'x509: certificate signed by unknown authority';
  if (!certificate || trusted === undefined) return fault;
  const namesake = certificatesOf(trusted).find(({ subject }) => subject === certificate.issuer);
  if (!namesake) return fault;
  const algorithm = namesake.publicKey.asymmetricKeyType === 'ec' ? 'x509: ECDSA verification failure' : RSA_FAILURE;
  const name = /^CN=(.*)$/m.exec(namesake.subject)?.[1] ?? '';
  const hint = `possibly because of "${algorithm}" while trying to verify candidate authority certificate "${name}"`;
  return `${fault} (${hint})`;
}

const RSA_FAILURE = 'crypto/rsa: verification error';
