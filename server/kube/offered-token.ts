/**
 * A browser cannot set headers of a WebSocket: its bearer token is one of the protocols that it offers, as upstream's
 * websocket.ProtocolAuthenticator reads it.
 */
const PREFIX = 'base64url.bearer.authorization.k8s.io.';
/** Unpadded base64url, as Go's RawURLEncoding takes it. */
const ENCODED = /^[A-Za-z0-9_-]*$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A token and the protocols beside it, or that nobody can read it. */
export type OfferedToken = { readonly token: string; readonly protocols: string } | { readonly isBad: true };

/**
 * @param header Sec-WebSocket-Protocol
 * @returns undefined when there is no token in it
 */
export function offeredToken(header: string | undefined): OfferedToken | undefined {
  if (!header?.includes(PREFIX)) return undefined;
  const names = header.split(',').map((name) => name.trim());
  const [encoded, ...more] = names.flatMap((name) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
  if (encoded === undefined) return undefined;
  if (more.length > 0) return { isBad: true };
  const token = decoded(encoded);
  if (token === '') return undefined;
  // The server has to name one that the client offered, and that must not be the token.
  const protocols = names.filter((name) => !name.startsWith(PREFIX));
  return token === undefined || protocols.length === 0 ? { isBad: true } : { token, protocols: protocols.join(',') };
}

function decoded(encoded: string): string | undefined {
  if (!ENCODED.test(encoded) || encoded.length % 4 === 1) return undefined;
  try {
    return utf8.decode(Buffer.from(encoded, 'base64url'));
  } catch {
    return undefined;
  }
}
