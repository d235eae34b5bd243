/** With which key a token of a service account was signed: its header says so. */
const BEARER = 'bearer ';

/** @param authorization the header as it was sent @returns undefined for what is no token that names its key */
export function keyIdOfToken(authorization: string | undefined): string | undefined {
  if (authorization?.slice(0, BEARER.length).toLowerCase() !== BEARER) return undefined;
  const [header = '', ...rest] = authorization.slice(BEARER.length).trim().split('.');
  if (rest.length !== 2) return undefined;
  try {
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown };
    return typeof kid === 'string' && kid !== '' ? kid : undefined;
  } catch {
    return undefined;
  }
}
