/** The server as a proxy in front of extension servers: whom these have to believe, and by which headers. */
import { FRONT_PROXY } from '../../auth/certificates.ts';
import { type FrontProxyOptions, frontProxyHeaders } from '../../auth/front-proxy.ts';

/** What extension servers are told: of the proxies in front of this server, and of itself. */
export function withOwnProxy(others: FrontProxyOptions | undefined, ca: string): FrontProxyOptions {
  const own = frontProxyHeaders({ clientCa: ca });
  if (!others) return { ...own, clientCa: ca, allowedNames: [FRONT_PROXY] };
  const theirs = frontProxyHeaders(others);
  const all = (field: keyof typeof own): string[] => {
    const known = new Set(theirs[field].map((name) => name.toLowerCase()));
    return [...theirs[field], ...own[field].filter((name) => !known.has(name.toLowerCase()))];
  };
  const { allowedNames = [] } = others;
  return {
    clientCa: `${others.clientCa.trimEnd()}\n${ca}`,
    // No name at all stands for any.
    allowedNames: allowedNames.length > 0 ? [...allowedNames, FRONT_PROXY] : [],
    usernameHeaders: all('usernameHeaders'),
    uidHeaders: all('uidHeaders'),
    groupHeaders: all('groupHeaders'),
    extraHeaderPrefixes: all('extraHeaderPrefixes'),
  };
}

/** Whether a header, in lower case, is one by which extension servers know who asks. */
export function proxyHeaderTest(options: FrontProxyOptions): (name: string) => boolean {
  const { usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = frontProxyHeaders(options);
  const names = new Set([...usernameHeaders, ...uidHeaders, ...groupHeaders].map((name) => name.toLowerCase()));
  const prefixes = extraHeaderPrefixes.map((prefix) => prefix.toLowerCase());
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/** Makes something when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
