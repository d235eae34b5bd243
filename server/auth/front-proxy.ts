/**
 * Users whom a proxy in front of the server has authenticated: it shows a certificate of its own, and says in headers
 * who asks (k8s.io/apiserver/pkg/authentication/request/headerrequest).
 */
import { X509Certificate } from 'node:crypto';
import { setOwn } from '../base/freeze.ts';
import type { User } from '../kube/object.ts';
import { pemBlocks } from '../kube/pem.ts';
import type { CredentialedRequest } from '../pipeline/identity.ts';
import { authenticated } from './well-known-users.ts';

/** Names of headers, in any case. */
export interface FrontProxyHeaders {
  /** `X-Remote-User` unless given, and so on: the first header that is there counts. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  /** All of them count. */
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

export interface FrontProxyOptions extends Partial<FrontProxyHeaders> {
  /** PEM of the authorities that sign certificates of proxies. */
  readonly clientCa: string;
  /** Common names of proxies; any that an authority has signed for, unless there are some. */
  readonly allowedNames?: readonly string[];
}

/** Where a proxy says who asks. */
export function frontProxyHeaders({
  usernameHeaders = ['X-Remote-User'],
  uidHeaders = ['X-Remote-Uid'],
  groupHeaders = ['X-Remote-Group'],
  extraHeaderPrefixes = ['X-Remote-Extra-'],
}: FrontProxyOptions): FrontProxyHeaders {
  return { usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes };
}

export class FrontProxy {
  /** Fingerprints, as connections tell them. */
  readonly #authorities: ReadonlySet<string>;
  readonly #allowedNames: readonly string[];
  readonly #headers: FrontProxyHeaders;

  /** @throws Error for a text without certificates, and for proxies that nobody could tell from other clients */
  constructor(options: FrontProxyOptions, ordinaryClientCa: string) {
    const lowered = (names: readonly string[]): string[] => names.map((name) => name.trim().toLowerCase());
    this.#authorities = new Set(fingerprintsOf(options.clientCa));
    this.#allowedNames = options.allowedNames ?? [];
    const headers = frontProxyHeaders(options);
    this.#headers = {
      usernameHeaders: lowered(headers.usernameHeaders),
      uidHeaders: lowered(headers.uidHeaders),
      groupHeaders: lowered(headers.groupHeaders),
      extraHeaderPrefixes: lowered(headers.extraHeaderPrefixes),
    };
    if (this.#authorities.size === 0) throw new Error('--requestheader-client-ca-file: it has no certificates');
    const overlaps = fingerprintsOf(ordinaryClientCa).some((fingerprint) => this.#authorities.has(fingerprint));
    if (overlaps && this.#allowedNames.length === 0) {
      throw new Error(
        '--requestheader-client-ca-file and --client-ca-file contain overlapping certificates; ' +
          '--requestheader-allowed-names must be specified to ensure regular client certificates cannot set ' +
          'authenticating proxy headers for arbitrary users',
      );
    }
  }

  /** Whom the proxy speaks for; undefined when no proxy asks, or one that speaks for nobody. */
  userOf(request: CredentialedRequest): User | undefined {
    const { certificate } = request.peer;
    const authority = certificate?.authority?.();
    if (!certificate || authority === undefined || !this.#authorities.has(authority)) return undefined;
    if (this.#allowedNames.length > 0 && !this.#allowedNames.includes(certificate.commonName)) return undefined;
    const valuesOf = (names: readonly string[]): string[] =>
      names.flatMap((wanted) =>
        request.headersWith(wanted).flatMap(([name, value]) => (name === wanted && value !== '' ? [value] : [])),
      );
    const { usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = this.#headers;
    const [name] = valuesOf(usernameHeaders);
    if (name === undefined) return undefined;
    const [uid] = valuesOf(uidHeaders);
    const extra: Record<string, string[]> = {};
    for (const prefix of extraHeaderPrefixes) {
      for (const [header, value] of request.headersWith(prefix)) {
        const key = unescaped(header.slice(prefix.length));
        setOwn(extra, key, [...(Object.hasOwn(extra, key) ? (extra[key] ?? []) : []), value]);
      }
    }
    return authenticated({
      name,
      groups: valuesOf(groupHeaders),
      ...(uid !== undefined && { uid }),
      ...(Object.keys(extra).length > 0 && { extra }),
    });
  }
}

/** SHA-256 of each certificate in a text, as connections tell those of authorities. */
export function fingerprintsOf(pem: string): string[] {
  return pemBlocks(pem)
    .filter(({ type }) => type === 'CERTIFICATE')
    .map(({ der }) => new X509Certificate(der).fingerprint256.replaceAll(':', '').toLowerCase());
}

/** Keys that are no header names come percent-encoded. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
