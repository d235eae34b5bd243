import { type ApiError, forbidden } from '../kube/api-error.ts';
import type { Review } from '../registry/admission-chain.ts';

const SUFFIX_LENGTH = 5;

/** The 403 of a plugin: admission.NewForbidden. */
export function refusal(review: Review, why: string): ApiError {
  const { group, resource } = review.info;
  return forbidden({ group, resource }, shownName(review), why);
}

/** The 403 of a plugin that only looks: those run after the name was generated. */
export function finalRefusal({ info, key }: Review, why: string): ApiError {
  return forbidden({ group: info.group, resource: info.resource }, key.name, why);
}

/** Upstream generates names after mutating admission, whose plugins only know the beginning of such a name. */
function shownName({ key, object }: Review): string {
  const { generateName = '' } = object?.metadata ?? {};
  const isGenerated = generateName !== '' && key.name.length === generateName.length + SUFFIX_LENGTH;
  if (isGenerated && key.name.startsWith(generateName)) return generateName;
  return key.name || generateName || 'Unknown';
}
