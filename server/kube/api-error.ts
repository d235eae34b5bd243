/** Every error of the API, once: reason, status code and message as k8s.io/apimachinery/pkg/api/errors words them. */

import { goQuote } from './go-quote.ts';

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** metav1.Status, fields in the order in which Go prints them. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string; remainingItemCount?: number; resourceVersion?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/**
 * An answer of the API that is not a success. Thrown anywhere below the pipeline; the pipeline turns it into the
 * answer.
 */
export class ApiError extends Error {
  readonly status: Status;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'ApiError';
    const body: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    if (message !== '') body.message = message;
    if (reason !== '') body.reason = reason;
    if (details) body.details = details;
    body.code = code;
    this.status = body;
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** What an error is about: `resource` is the plural, or the kind where upstream says the kind. */
export interface About {
  group: string;
  resource: string;
}

const qualified = ({ group, resource }: About): string => (group === '' ? resource : `${resource}.${group}`);

function detailsOf(about: About, name?: string): StatusDetails {
  const details: StatusDetails = {};
  if (name) details.name = name;
  if (about.group !== '') details.group = about.group;
  if (about.resource !== '') details.kind = about.resource;
  return details;
}

export const notFound = (about: About, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualified(about)} ${goQuote(name)} not found`, detailsOf(about, name));

export const alreadyExists = (about: About, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${qualified(about)} ${goQuote(name)} already exists`, detailsOf(about, name));

export const conflict = (about: About, name: string, why: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(about)} ${goQuote(name)}: ${why}`,
    detailsOf(about, name),
  );

/** The reason of a conflict on resourceVersion (registry.OptimisticLockErrorMsg). */
export const OBJECT_MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

export const forbidden = (about: About, name: string, why: string): ApiError =>
  new ApiError(
    403,
    'Forbidden',
    about.resource === ''
      ? `forbidden: ${why}`
      : `${qualified(about)}${name === '' ? '' : ` ${goQuote(name)}`} is forbidden: ${why}`,
    detailsOf(about, name),
  );

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized');

/** A path that nothing serves (GenericServerResponse for 404). */
export const unknownPath = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});

/** The method exists for other paths (GenericServerResponse for 405). */
export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** The verb is not among those of the resource (NewMethodNotSupported). */
export const methodNotSupported = (about: About, action: string): ApiError =>
  new ApiError(
    405,
    'MethodNotAllowed',
    `${action} is not supported on resources of kind "${qualified(about)}"`,
    detailsOf(about),
  );

export const notAcceptable = (supported: readonly string[]): ApiError =>
  new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${supported.join(', ')}`);

export const unsupportedMediaType = (supported: readonly string[]): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`,
  );

export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);

export const bodyTooLarge = (limitBytes: number): ApiError =>
  new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limitBytes}`);

export const internalError = (message: string): ApiError =>
  new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

export const tooManyRequests = (message: string, retryAfterSeconds: number): ApiError =>
  new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds });

export const serviceUnavailable = (message: string): ApiError => new ApiError(503, 'ServiceUnavailable', message);

/**
 * What a real server has and fauxkube does not, yet. `feature` names it in the words of the Kubernetes documentation.
 *
 * @example
 * throw notImplemented('pods/exec') // 501 NotImplemented: fauxkube does not implement pods/exec yet
 */
export const notImplemented = (feature: string): ApiError =>
  new ApiError(501, 'NotImplemented', `fauxkube does not implement ${feature} yet: see docs/fidelity.md`, {
    causes: [{ reason: 'NotImplemented', message: feature }],
  });

/** Numbers are JavaScript's: rather than with other digits, an integer is not taken at all. */
export const integerNotImplemented = (integer: string): ApiError =>
  notImplemented(`integers beyond 2^53, such as ${integer}`);
