import { offeredToken } from '../kube/offered-token.ts';
import type { ApiRequest } from '../pipeline/request.ts';

/** With which key a token of a service account was signed: its header says so. */
const BEARER = 'bearer ';

function tokenOf(request: ApiRequest): string {
  const authorization = request.header('authorization');
  if (authorization?.slice(0, BEARER.length).toLowerCase() === BEARER) return authorization.slice(BEARER.length).trim();
  const offered = request.isUpgrade ? offeredToken(request.header('sec-websocket-protocol')) : undefined;
  return offered && 'token' in offered ? offered.token : '';
}

/** @returns undefined for a request without a token that names its key */
export function keyIdOfRequest(request: ApiRequest): string | undefined {
  const [header = '', ...rest] = tokenOf(request).split('.');
  if (rest.length !== 2) return undefined;
  try {
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown };
    return typeof kid === 'string' && kid !== '' ? kid : undefined;
  } catch {
    return undefined;
  }
}
