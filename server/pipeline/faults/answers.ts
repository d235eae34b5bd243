/** What a fault answers instead of what was asked for. */
import {
  ApiError,
  conflict,
  internalError,
  OBJECT_MODIFIED,
  type StatusDetails,
  tooManyRequests,
} from '../../kube/api-error.ts';
import { WrongField } from '../../kube/script-fields.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { failure } from '../stages/recover.ts';
import { fieldsOf, oneOf, onlyTrue, optional, text, whole } from './rule-fields.ts';

export type FaultAnswer = (request: ApiRequest) => ApiResponse;

/** Reasons and messages of upstream for a code of which nothing more is known (NewGenericServerResponse). */
const GENERIC: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'the server does not allow access to the requested resource'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Expired', 'The provided resource version is too old'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};

/** A 500 says what went wrong in a cause as well. */
const OWN_FAULT = 'a fault rule says so';

const CODE = whole(400, 599);
const CODES = 'a whole number from 400 to 599';
const STATUS_FIELDS = ['code', 'reason', 'message', 'details', 'retryAfterSeconds'];
const DAY_SECONDS = 86_400;

function statusOf(code: number, { reason, message, details }: { reason?: string; message?: string; details?: object }) {
  if (code === 500 && reason === undefined && message === undefined && details === undefined)
    return internalError(OWN_FAULT);
  const [genericReason = code >= 500 ? 'InternalError' : '', genericMessage = ''] = GENERIC[code] ?? [];
  const fallback = `the server responded with the status code ${code} but did not return more information`;
  return new ApiError(
    code,
    reason ?? genericReason,
    message ?? (genericMessage === '' ? fallback : genericMessage),
    details as StatusDetails | undefined,
  );
}

/** The code of a Status that is otherwise as upstream would write it. @throws WrongField */
export function readCode(value: unknown, path: string): FaultAnswer {
  const answer = failure(statusOf(CODE(value, path), {}));
  return () => answer;
}

/** A whole Status, or its code. @throws WrongField */
export function readStatus(value: unknown, path: string): FaultAnswer {
  if (typeof value === 'number') return readCode(value, path);
  const fields = fieldsOf(value, path, STATUS_FIELDS, CODES);
  const code = optional(fields, 'code', path, CODE);
  if (code === undefined) throw new WrongField(`${path}.code is missing: 400 to 599`);
  const seconds = optional(fields, 'retryAfterSeconds', path, whole(1, DAY_SECONDS));
  const { details: given } = fields;
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given)))
    throw new WrongField(`${path}.details has to be an object, as StatusDetails are`);
  const isEmpty = given === undefined && seconds === undefined;
  const details = { ...given, ...(seconds !== undefined && { retryAfterSeconds: seconds }) };
  const reason = optional(fields, 'reason', path, text);
  const message = optional(fields, 'message', path, text);
  const answer = failure(
    statusOf(code, {
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      ...(!isEmpty && { details }),
    }),
  );
  return () => answer;
}

/** What priority and fairness writes, as text; and what other parts of upstream say in a Status. */
const BUSY = 'Too many requests, please try again later.';

/** @throws WrongField */
export function readThrottle(value: unknown, path: string): FaultAnswer {
  const fields = value === true ? {} : fieldsOf(value, path, ['retryAfterSeconds', 'as'], 'true');
  const seconds = optional(fields, 'retryAfterSeconds', path, whole(1, DAY_SECONDS)) ?? 1;
  const isText = optional(fields, 'as', path, oneOf('status', 'text')) === 'text';
  const answer: ApiResponse = isText
    ? {
        type: 'bytes',
        status: 429,
        mediaType: 'text/plain; charset=utf-8',
        body: `${BUSY}\n`,
        headers: { 'retry-after': String(seconds), 'x-content-type-options': 'nosniff' },
      }
    : failure(tooManyRequests(BUSY, seconds));
  return () => answer;
}

/** What an update is told that was not the first one. @throws WrongField */
export function readConflict(value: unknown, path: string): FaultAnswer {
  onlyTrue(value, path);
  return ({ info: { group, resource, name } }) => failure(conflict({ group, resource }, name, OBJECT_MODIFIED));
}
