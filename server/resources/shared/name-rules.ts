/** Formats of names that several groups use besides those in server/kube/names.ts. */
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';

const SUBDOMAIN_FORMAT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const WILDCARD_FORMAT = `\\*\\.${SUBDOMAIN_FORMAT}`;
const WILDCARD = new RegExp(`^${WILDCARD_FORMAT}$`);
const NO_WILDCARD = [
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain,",
  "which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
].join(' ');

/** Domain names in which capital letters are allowed too (IsDNS1123SubdomainCaseless). */
export function caselessSubdomainProblems(text: string): string[] {
  return dnsSubdomainProblems(text.toLowerCase()).map((detail) =>
    detail
      .replace('a lowercase RFC 1123 subdomain', 'an RFC 1123 subdomain')
      .replace('lower case alphanumeric characters', 'alphanumeric characters')
      .replace("e.g. 'example.com'", "e.g. 'Example.com'"),
  );
}

/** Host names that may contain a wildcard: those with a `*` have to begin with `*.` (IsWildcardDNS1123Subdomain). */
export function hostProblems(host: string): string[] {
  if (!host.includes('*')) return dnsSubdomainProblems(host);
  const problems = host.length > 253 ? ['must be no more than 253 characters'] : [];
  if (WILDCARD.test(host)) return problems;
  return [...problems, `${NO_WILDCARD} (e.g. '*.example.com', regex used for validation is '${WILDCARD_FORMAT}')`];
}

/** IsValidPortNum. */
export function portNumberProblems(path: string, port: number): FieldProblem[] {
  return port >= 1 && port <= 65535 ? [] : [invalid(path, port, 'must be between 1 and 65535, inclusive')];
}

/** Domains with at least two labels (IsFullyQualifiedDomainName); a dot at the end does not count. */
export function qualifiedDomainProblems(path: string, text: string): FieldProblem[] {
  if (text === '') return [required(path)];
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const details = dnsSubdomainProblems(name);
  if (details.length > 0) return [invalid(path, name, details.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) {
    return [invalid(path, name, 'should be a domain with at least two segments separated by dots')];
  }
  const long = labels.find((label) => dnsLabelProblems(label).length > 0);
  return long === undefined ? [] : [invalid(path, long, dnsLabelProblems(long).join(','))];
}
