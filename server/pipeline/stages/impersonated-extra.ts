/** Which extra fields of a user the constrained modes of impersonation accept. */
import { goQuote } from '../../kube/go-quote.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';

type Extra = ReadonlyMap<string, readonly string[]>;

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const PATH_PATTERN = new RegExp(`^${PATH}$`);

/** @returns why an extra field is not acceptable, in upstream's words (validateExtra) */
export function extraProblem(extra: Extra): string | undefined {
  for (const [key, values] of extra) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const problem = pathProblem(key);
    if (problem !== undefined) return `impersonating an invalid key in extra is not allowed: extra.key: ${problem}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

/** A key is a domain and a path: `acme.example/project` (validation.IsDomainPrefixedPath). */
function pathProblem(key: string): string | undefined {
  const slash = key.indexOf('/');
  const [domain, path] = [key.slice(0, Math.max(0, slash)), key.slice(slash + 1)];
  const invalid = (value: string, detail: string): string => `Invalid value: ${goQuote(value)}: ${detail}`;
  if (domain === '' || path === '') return invalid(key, 'must be a domain-prefixed path (such as "acme.io/foo")');
  const [detail] = dnsSubdomainProblems(domain);
  if (detail !== undefined) return invalid(domain, detail);
  return PATH_PATTERN.test(path) ? undefined : invalid(path, `Invalid path (regex used for validation is '${PATH}')`);
}

export function holdsManyValues(extra: Extra, many: number): boolean {
  let count = 0;
  for (const values of extra.values()) count += values.length;
  return extra.size >= many || count >= many;
}
