import { type ApiError, notFound } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { refusal } from '../refusal.ts';

/** The refusal of an operation that nobody thought of. */
export const unexpectedOperation = (review: Review, more = ''): ApiError =>
  refusal(review, `unexpected operation ${goQuote(review.operation.toUpperCase())}${more}`);

/** What informers say of objects that there are not: they call them by the singular. */
export const missing = (singular: string, name: string, group = ''): ApiError =>
  notFound({ group, resource: singular }, name);
