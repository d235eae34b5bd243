/**
 * The formats of names and label values: k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content. Each
 * function gives the reasons why a text does not fit; none means that it fits.
 */
import { RecentMap } from '../base/recent-map.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const DNS_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const PORT_NAME = /^[-a-z0-9]+$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

const maxLength = (length: number): string => `must be no more than ${length} bytes`;

/** Formats that upstream still checks in pkg/util/validation count characters; those in content count bytes. */
const maxCharacters = (length: number): string => `must be no more than ${length} characters`;

/** regexp.MustCompile texts are part of the messages. */
function regexProblem(message: string, regex: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${regex}')`;
  // Two blanks before "or": upstream joins "'a', " and " or 'b', ".
  const listed = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${listed}regex used for validation is '${regex}')`;
}

export function dnsLabelProblems(text: string): string[] {
  const problems = Buffer.byteLength(text) > 63 ? [maxCharacters(63)] : [];
  if (DNS_LABEL.test(text)) return problems;
  if (DNS_SUBDOMAIN.test(text)) problems.push('must not contain dots');
  else {
    const message =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must " +
      'start and end with an alphanumeric character';
    problems.push(regexProblem(message, '[a-z0-9]([-a-z0-9]*[a-z0-9])?', 'my-name', '123-abc'));
  }
  return problems;
}

export function dnsSubdomainProblems(text: string): string[] {
  return subdomainProblems(text, maxCharacters);
}

/**
 * Names of the kinds whose rules upstream generates (`k8s:format=k8s-long-name`): replication controllers and others.
 */
export function longNameProblems(text: string): string[] {
  return subdomainProblems(text, maxLength);
}

function subdomainProblems(text: string, tooLong: (length: number) => string): string[] {
  const problems = Buffer.byteLength(text) > 253 ? [tooLong(253)] : [];
  if (!DNS_SUBDOMAIN.test(text)) {
    const message =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and " +
      'must start and end with an alphanumeric character';
    const regex = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
    problems.push(regexProblem(message, regex, 'example.com'));
  }
  return problems;
}

/** Names of services. */
export function dns1035Problems(text: string): string[] {
  const problems = Buffer.byteLength(text) > 63 ? [maxCharacters(63)] : [];
  if (!DNS_1035.test(text)) {
    const message =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an " +
      'alphabetic character, and end with an alphanumeric character';
    problems.push(regexProblem(message, '[a-z]([-a-z0-9]*[a-z0-9])?', 'my-name', 'abc-123'));
  }
  return problems;
}

/** Names that become one segment of a path: RBAC objects and others (path.ValidatePathSegmentName). */
export function pathSegmentProblems(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  if (!text.includes('/') && !text.includes('%')) return [];
  return ['/', '%'].filter((c) => text.includes(c)).map((c) => `may not contain '${c}'`);
}

/** Label keys that were found to be right lately: there are few, on many objects. */
const QUALIFIED_MAX = 512;
const qualified = new RecentMap<string, true>(QUALIFIED_MAX);

/** Label keys, annotation keys, finalizers: `prefix.example.com/name`. */
export function qualifiedNameProblems(text: string): string[] {
  if (qualified.get(text)) return [];
  const problems = problemsOfQualified(text);
  if (problems.length === 0) qualified.set(text, true);
  return problems;
}

function problemsOfQualified(text: string): string[] {
  const message =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const regex = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
  const problems: string[] = [];
  const parts = text.split('/');
  let name = parts[0] ?? '';
  if (parts.length === 2) {
    const prefix = name;
    name = parts[1] ?? '';
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...longNameProblems(prefix).map((problem) => `prefix part ${problem}`));
  } else if (parts.length > 2) {
    const hint = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    return [`a valid label key ${regexProblem(message, regex, 'MyName', 'my.name', '123-abc')}${hint}`];
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (Buffer.byteLength(name) > 63) problems.push(`name part ${maxLength(63)}`);
  if (!QUALIFIED.test(name)) problems.push(`name part ${regexProblem(message, regex, 'MyName', 'my.name', '123-abc')}`);
  return problems;
}

export function labelValueProblems(text: string): string[] {
  const isRight = text === '' || QUALIFIED.test(text);
  // Where all is ASCII, characters are bytes.
  const problems = (isRight ? text.length : Buffer.byteLength(text)) > 63 ? [maxLength(63)] : [];
  if (!isRight) {
    const message =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and " +
      'must start and end with an alphanumeric character';
    problems.push(regexProblem(message, '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?', 'MyValue', 'my_value', '12345'));
  }
  return problems;
}

/** Names of ports (IANA_SVC_NAME). */
export function portNameProblems(text: string): string[] {
  const problems: string[] = [];
  if (Buffer.byteLength(text) > 15) problems.push(maxCharacters(15));
  if (!PORT_NAME.test(text)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** Keys of ConfigMaps and Secrets. */
export function configKeyProblems(text: string): string[] {
  const problems = Buffer.byteLength(text) > 253 ? [maxCharacters(253)] : [];
  if (!CONFIG_KEY.test(text)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    problems.push(regexProblem(message, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'));
  } else if (text === '.' || text === '..') problems.push(`must not be '${text}'`);
  else if (text.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}
