/** Sends the writes of a tape again, as their users. */
import { getOwn } from '../../base/freeze.ts';
import type { KubeObject, User } from '../../kube/object.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { ApiResponse } from '../../pipeline/request.ts';
import { LocalRequest } from '../local-request.ts';
import { bodyOf, type TapeLine } from './tape.ts';

/** A write that was answered with another code than before. */
export interface ReplayDifference {
  readonly sequence: number;
  /** `POST /api/v1/namespaces/shop/pods` */
  readonly request: string;
  readonly expected: number;
  readonly code: number;
  /** Why, in the server's words. */
  readonly message?: string;
}

export interface ReplayResult {
  readonly replayed: number;
  readonly differences: readonly ReplayDifference[];
}

export interface ReplayOptions {
  /** Sends resourceVersions of objects as they were; they are left out unless given, since they are others by now. */
  readonly exact?: boolean;
}

/** One after the other, in their order. */
export async function replay(
  lines: readonly TapeLine[],
  pipeline: Pipeline,
  { exact = false }: ReplayOptions = {},
): Promise<ReplayResult> {
  const differences: ReplayDifference[] = [];
  for (const line of lines) {
    const response = await pipeline.handleAs(requestOf(exact ? line : withoutRevision(line)));
    const code = 'status' in response ? response.status : 200;
    if (code === line.code) continue;
    const { sequence, method, uri } = line;
    const message = messageOf(response);
    const request = `${method} ${uri}`;
    differences.push({ sequence, request, expected: line.code, code, ...(message !== undefined && { message }) });
  }
  return { replayed: lines.length, differences };
}

function requestOf(line: TapeLine): LocalRequest {
  const { method, uri, user, userAgent, contentType } = line;
  const question = uri.indexOf('?');
  const path = question < 0 ? uri : uri.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : uri.slice(question + 1));
  const headers = { 'user-agent': userAgent, ...(contentType !== undefined && { 'content-type': contentType }) };
  return new LocalRequest({
    method,
    path,
    query,
    user: plainUser(user),
    headers,
    body: { bytes: bodyOf(line) },
    isOwn: false,
  });
}

/** Nothing else of a tape becomes a part of a user. */
function plainUser({ name, groups, uid, extra }: User): User {
  return { name, groups, ...(uid !== undefined && { uid }), ...(extra !== undefined && { extra }) };
}

/** What the server alone says of an object: in any other cluster it is another one, and may not be changed. */
const OF_ONE_CLUSTER = [
  'resourceVersion',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** An update that says which version it is of meets a conflict in any other cluster. */
function withoutRevision(line: TapeLine): TapeLine {
  const { body } = line;
  if (line.method !== 'PUT' || typeof body !== 'object' || body === null) return line;
  const { metadata } = body as Partial<KubeObject>;
  if (!metadata) return line;
  const kept = { ...metadata };
  for (const field of OF_ONE_CLUSTER) delete kept[field];
  return { ...line, body: { ...body, metadata: kept } };
}

function messageOf(response: ApiResponse): string | undefined {
  if (response.type !== 'value') return undefined;
  const message = getOwn(response.value as Readonly<Record<string, unknown>>, 'message');
  return typeof message === 'string' ? message : undefined;
}
