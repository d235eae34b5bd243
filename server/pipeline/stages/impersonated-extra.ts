/** Which extra fields of a user the constrained modes of impersonation accept. */
import { domainPrefixedPathProblems } from '../../kube/domain-path.ts';
import { goQuote } from '../../kube/go-quote.ts';

type Extra = ReadonlyMap<string, readonly string[]>;

/** @returns why an extra field is not acceptable, in upstream's words (validateExtra) */
export function extraProblem(extra: Extra): string | undefined {
  for (const [key, values] of extra) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const [problem] = domainPrefixedPathProblems('extra.key', key);
    if (problem) return `impersonating an invalid key in extra is not allowed: ${problem.field}: ${problem.message}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

export function holdsManyValues(extra: Extra, many: number): boolean {
  let count = 0;
  for (const values of extra.values()) count += values.length;
  return extra.size >= many || count >= many;
}
