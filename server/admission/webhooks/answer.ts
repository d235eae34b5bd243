/** What a webhook answers, and whether it is an answer: VerifyAdmissionResponse. */
import { ApiError, type Status } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { OutboundResponse } from '../../kube/outbound.ts';
import { goJsonKind, reviewAnswer } from '../../kube/review-answer.ts';
import { goSyntaxError } from '../../schema/json-text.ts';
import type { ReviewVersion } from './review.ts';

/** An answer that can be used. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status: Partial<Status> | undefined;
  /** Undefined where nothing is to be changed. */
  readonly patch: unknown[] | undefined;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** Why an answer cannot be used; the message continues `failed calling webhook "x": `. */
export class AnswerError extends Error {}

interface Response {
  readonly uid?: unknown;
  readonly allowed?: unknown;
  readonly status?: Partial<Status> | null;
  readonly patch?: unknown;
  readonly patchType?: unknown;
  readonly auditAnnotations?: Record<string, string> | null;
  readonly warnings?: readonly string[] | null;
}

interface AdmissionReview {
  readonly kind?: string | null;
  readonly apiVersion?: string | null;
  readonly response?: Response | null;
}

interface Expected {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly mutating: boolean;
}

/** @throws AnswerError */
export function verdictOf(answer: OutboundResponse, expected: Expected): Verdict {
  const review = decodeReview(answer, expected.version);
  const { response } = review;
  if (!response) throw invalid('webhook response was absent');
  if (expected.version === 'v1') checkV1(review, response, expected);
  return {
    allowed: response.allowed === true,
    status: response.status ?? undefined,
    patch: expected.mutating ? patchOf(response, expected) : undefined,
    warnings: response.warnings ?? [],
    auditAnnotations: response.auditAnnotations ?? {},
  };
}

const invalid = (why: string): AnswerError => new AnswerError(`received invalid webhook response: ${why}`);
const uncalled = (why: string): AnswerError => new AnswerError(`failed to call webhook: ${why}`);

/** @throws AnswerError */
function decodeReview(answer: OutboundResponse, version: ReviewVersion): AdmissionReview {
  try {
    const expected = { kind: 'AdmissionReview', group: 'admission.k8s.io', version };
    const review = reviewAnswer(answer, expected) as AdmissionReview;
    checkTypes(review);
    return review;
  } catch (error) {
    throw uncalled((error as Error).message);
  }
}

/** Fields that Go could not decode. @throws Error */
function checkTypes({ response }: AdmissionReview): void {
  const field = (name: string, found: unknown, type: string): Error =>
    new Error(
      `json: cannot unmarshal ${goJsonKind(found)} into Go struct field ` +
        `AdmissionResponse.response.${name} of type ${type}`,
    );
  if (response === undefined || response === null) return;
  const texts = { uid: 'types.UID', patchType: 'v1.PatchType' } as const;
  for (const [name, type] of Object.entries(texts)) {
    const found = response[name as keyof typeof texts];
    if (found !== undefined && found !== null && typeof found !== 'string') throw field(name, found, type);
  }
  const { allowed, patch } = response;
  if (allowed !== undefined && allowed !== null && typeof allowed !== 'boolean')
    throw field('allowed', allowed, 'bool');
  if (patch !== undefined && patch !== null && typeof patch !== 'string') throw field('patch', patch, '[]uint8');
}

function checkV1({ kind, apiVersion }: AdmissionReview, response: Response, { uid, mutating }: Expected): void {
  const given = typeof response.uid === 'string' ? response.uid : '';
  if (given !== uid) throw invalid(`expected response.uid=${goQuote(uid)}, got ${goQuote(given)}`);
  if (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1') {
    const found = `${apiVersion ?? ''}, Kind=${kind ?? ''}`;
    throw invalid(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${found}`);
  }
  const hasPatch = typeof response.patch === 'string' && response.patch !== '';
  const hasType = response.patchType !== undefined && response.patchType !== null;
  if (!mutating) {
    if (hasPatch) throw invalid('validating webhook may not return response.patch');
    if (hasType) throw invalid('validating webhook may not return response.patchType');
    return;
  }
  if (hasPatch && !hasType) throw invalid('webhook returned response.patch but not response.patchType');
  if (!hasPatch && hasType) throw invalid('webhook returned response.patchType but not response.patch');
  if (response.patchType === '') throw invalid('webhook returned invalid response.patchType of ""');
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function patchOf({ allowed, patch, patchType }: Response, { version }: Expected): unknown[] | undefined {
  if (typeof patch !== 'string' || patch === '') return undefined;
  const compact = patch.replaceAll(/[\r\n]/g, '');
  if (!BASE64.test(compact)) throw uncalled(`illegal base64 data at input byte ${illegalByte(compact)}`);
  if (allowed !== true) return undefined;
  const bytes = Buffer.from(compact, 'base64');
  const undecodable = (why: string): AnswerError =>
    new AnswerError(`received undecodable patch in webhook response: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw undecodable(goSyntaxError(bytes));
  }
  if (value === null) return undefined;
  if (!Array.isArray(value))
    throw undecodable(`json: cannot unmarshal ${goJsonKind(value)} into Go value of type jsonpatch.Patch`);
  if (value.length === 0) return undefined;
  if (version === 'v1' && patchType !== 'JSONPatch')
    throw new AnswerError(`unsupported patch type ${goQuote(String(patchType))}`);
  return value;
}

function illegalByte(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/]/);
  return at < 0 ? text.length - (text.length % 4) : at;
}

/** What a webhook refuses, in its own words. */
export class Denial extends ApiError {}

/** The refusal of a webhook: webhook/errors.ToStatusErr. */
export function denial(webhook: string, status: Partial<Status> = {}): Denial {
  const { code = 0, reason = '', message = '', details } = status;
  const begin = `admission webhook ${goQuote(webhook)} denied the request`;
  const why = message !== '' ? `: ${message}` : reason !== '' ? `: ${reason}` : ' without explanation';
  return new Denial(Math.max(code, 400), reason, begin + why, details);
}
