/** What a conversion webhook answers, and whether it is an answer (getConvertedObjectsFromResponse). */
import { goQuote } from '../../../kube/go-quote.ts';
import { parseApiVersion } from '../../../kube/object.ts';
import type { OutboundResponse } from '../../../kube/outbound.ts';
import { goJsonKind, reviewAnswer } from '../../../kube/review-answer.ts';

export type ReviewVersion = 'v1' | 'v1beta1';

/** Why an answer cannot be used. */
export class AnswerError extends Error {}

const GROUP = 'apiextensions.k8s.io';

interface Response {
  readonly uid?: unknown;
  readonly result?: { readonly status?: unknown; readonly message?: unknown } | null;
  readonly convertedObjects?: readonly unknown[] | null;
}

/** @throws AnswerError, or Error when the answer cannot be read */
export function convertedObjects(answer: OutboundResponse, version: ReviewVersion, uid: string): readonly unknown[] {
  const review = reviewAnswer(answer, { kind: 'ConversionReview', group: GROUP, version });
  const response = checkedResponse(review.response);
  if (version === 'v1' && (review.kind !== 'ConversionReview' || review.apiVersion !== `${GROUP}/v1`)) {
    const { group = '', version: found = '' } = parseApiVersion(review.apiVersion ?? '') ?? {};
    const got = `${group}/${found}, Kind=${review.kind ?? ''}`;
    throw new AnswerError(`expected webhook response of ${GROUP}/v1, Kind=ConversionReview, got ${got}`);
  }
  if (!response) throw new AnswerError('no response provided');
  const given = typeof response.uid === 'string' ? response.uid : '';
  if (version === 'v1' && given !== uid)
    throw new AnswerError(`expected response.uid=${goQuote(uid)}, got ${goQuote(given)}`);
  const { status = '', message } = response.result ?? {};
  if (status !== 'Success') {
    const why = `response.result.status was '${String(status)}', not 'Success'`;
    throw new AnswerError(typeof message === 'string' && message !== '' ? message : why);
  }
  return response.convertedObjects ?? [];
}

/** Fields that Go could not decode are told. @throws AnswerError */
function checkedResponse(value: unknown): Response | undefined {
  const misfit = (found: unknown, field: string, type: string): AnswerError =>
    new AnswerError(`json: cannot unmarshal ${goJsonKind(found)} into Go struct field ${field} of type ${type}`);
  const isObject = (found: unknown): boolean => typeof found === 'object' && !Array.isArray(found);
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw misfit(value, 'ConversionReview.response', 'v1.ConversionResponse');
  const response = value as Response;
  const { uid, result, convertedObjects: objects } = response;
  const begin = 'ConversionResponse.response';
  if (typeof (uid ?? '') !== 'string') throw misfit(uid, `${begin}.uid`, 'types.UID');
  if (result !== undefined && !isObject(result)) throw misfit(result, `${begin}.result`, 'v1.Status');
  if (objects !== undefined && objects !== null && !Array.isArray(objects))
    throw misfit(objects, `${begin}.convertedObjects`, '[]runtime.RawExtension');
  return response;
}
