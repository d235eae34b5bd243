/** Like exchanges.ts, for requests that have to be exactly these bytes: recorded once, replayed in tests. */
import { NAMESPACE, type Normalizer, warningTexts } from './exchanges.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** A request of a script. Paths are those within the script's namespace, unless they begin with a slash. */
export interface WireStep {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is text. */
  readonly body?: object | string;
  /** The body where it is no text: base64. */
  readonly bytes?: string;
  /** Repeats the body: what is too large to stand in a file. */
  readonly times?: number;
  /** Fields that controllers of the real server change meanwhile. */
  readonly without?: readonly string[];
}

export interface RecordedWireStep extends WireStep {
  readonly status: number;
  /** Content type, where it is not JSON. */
  readonly type?: string;
  readonly warnings?: readonly string[];
  readonly answer: unknown;
}

const JSON_TYPE = 'application/json';

function defaultHeaders({ method, body, bytes }: WireStep): Record<string, string> {
  const isPatch = method === 'PATCH';
  const hasBody = body !== undefined || bytes !== undefined;
  return {
    Accept: JSON_TYPE,
    'User-Agent': 'recorder/1',
    ...(hasBody && { 'Content-Type': isPatch ? 'application/merge-patch+json' : JSON_TYPE }),
  };
}

/** A step as it goes onto the wire. An empty header is one that is not sent. */
export function wireRequestOf(step: WireStep, namespace: string, token: string): WireRequest {
  const { method, path, headers, body, bytes, times = 1 } = step;
  const full = path.startsWith('/') || path === '' ? path : `/api/v1/namespaces/${NAMESPACE}/${path}`;
  const all = { ...defaultHeaders(step), Authorization: `Bearer ${token}`, ...headers };
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const raw = bytes === undefined ? undefined : Buffer.from(bytes, 'base64');
  const content = raw ?? text?.replaceAll(NAMESPACE, namespace).repeat(times);
  return {
    method,
    path: full.replaceAll(NAMESPACE, namespace),
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    ...(content !== undefined && { body: content }),
  };
}

/** What of an answer has to be the same. */
export function recordedAnswer(
  step: WireStep,
  { status, headers, body }: WireAnswer,
  normalizer: Normalizer,
): Pick<RecordedWireStep, 'status' | 'type' | 'warnings' | 'answer'> {
  const [type = ''] = headers.get('content-type') ?? [];
  const warnings = warningTexts(headers.get('warning') ?? []);
  const text = body.toString();
  const content = type.startsWith(JSON_TYPE) ? parsedJson(text) : text;
  return {
    status,
    ...(type !== JSON_TYPE && { type }),
    ...(warnings.length > 0 && { warnings }),
    answer: withoutVersions(normalizer.answer(content, step.without)),
  };
}

const VERSION = /((?:resourceVersion(?:\\*": ?\\*"|: ")|in record \(|current: ))\d+/g;

/** Versions that stand in texts: YAML, errors. */
function withoutVersions(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(VERSION, '$1<version>');
  if (Array.isArray(value)) return value.map(withoutVersions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutVersions(inner)]));
}

interface Frame {
  readonly type?: string;
  readonly object?: unknown;
}

/** Bookmarks come when it suits the server, but for the one that ends the state at the start. */
const isPassingBookmark = ({ type, object }: Frame): boolean =>
  type === 'BOOKMARK' && !JSON.stringify(object).includes('initial-events-end');

/** A value, or the frames of a watch. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Frame)
      .filter((frame) => !isPassingBookmark(frame));
  }
}

/** What a step asks, for the normalizer. */
export function askedOf(step: WireStep): { method: 'GET'; path: string; body: object } {
  return { method: 'GET', path: step.path, body: { body: step.body } };
}
