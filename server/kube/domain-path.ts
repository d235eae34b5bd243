import { type FieldProblem, invalid, required } from './field-problem.ts';
import { dnsSubdomainProblems } from './names.ts';

const PATH_FORMAT = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const PATH = new RegExp(`^${PATH_FORMAT}$`);

/** `acme.io/foo` (validation.IsDomainPrefixedPath). */
export function domainPrefixedPathProblems(path: string, text: string): FieldProblem[] {
  if (text === '') return [required(path)];
  const slash = text.indexOf('/');
  const [host, rest] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  if (slash < 1 || rest === '') {
    return [invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const problems = dnsSubdomainProblems(host).map((detail) => invalid(path, host, detail));
  if (!PATH.test(rest)) {
    problems.push(invalid(path, rest, `Invalid path (regex used for validation is '${PATH_FORMAT}')`));
  }
  return problems;
}
