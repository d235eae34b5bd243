import { notImplemented } from '../../kube/api-error.ts';
import type { ApiRequest } from '../request.ts';

/** Pages of kube-apiserver that fauxkube lacks. */
const MISSING = new Set(['/metrics/slis']);

/** @throws ApiError 501 for pages that a real server has: 404 would be a wrong answer */
export function missingPage({ info }: ApiRequest): undefined {
  if (MISSING.has(info.path)) throw notImplemented(info.path);
  return undefined;
}
