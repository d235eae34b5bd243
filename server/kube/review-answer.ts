/** Reads the reviews that webhooks answer with, as client-go's `Into` does: with the versions of one group. */
import { goQuote } from './go-quote.ts';
import type { OutboundResponse } from './outbound.ts';

/** A review whose kind and version are those that were asked for. */
export interface ReviewAnswer {
  readonly kind?: string | null;
  readonly apiVersion?: string | null;
  readonly response?: unknown;
  readonly status?: unknown;
}

/** What kind of review is expected. */
export interface ExpectedReview {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

const VERSIONS = ['v1', 'v1beta1'];

/** @throws Error in upstream's words, when the answer is no such review */
export function reviewAnswer({ status, headers, body }: OutboundResponse, expected: ExpectedReview): ReviewAnswer {
  if (body.length === 0) {
    const type = headers['content-type'] ?? 'application/json';
    throw new Error(`0-length response with status code: ${status} and content type: ${String(type)}`);
  }
  const value = parsed(body);
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    const why = `json: cannot unmarshal ${goJsonKind(value)} into Go value of type ${TYPE_META}`;
    throw new Error(`couldn't get version/kind; json parse error: ${why}`);
  }
  const review = (value ?? {}) as ReviewAnswer;
  checkKind(review, expected);
  return review;
}

/** What is no JSON is YAML to Go: a page is one long text. */
function parsed(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function checkKind({ kind, apiVersion }: ReviewAnswer, expected: ExpectedReview): void {
  const own = `${expected.group}/${expected.version}`;
  const [given, groupVersion] = [kind || expected.kind, apiVersion || own];
  if (given !== expected.kind || !VERSIONS.some((version) => groupVersion === `${expected.group}/${version}`)) {
    const scheme = 'in scheme "pkg/runtime/scheme.go:111"';
    throw new Error(`no kind ${goQuote(given)} is registered for version ${goQuote(groupVersion)} ${scheme}`);
  }
  if (groupVersion === own) return;
  const other = groupVersion.slice(expected.group.length + 1);
  const { version, kind: name } = expected;
  throw new Error(`converting (${other}.${name}) to (${version}.${name}): unknown conversion`);
}

/** How Go's JSON decoder calls the kind of a value. */
export function goJsonKind(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
}
