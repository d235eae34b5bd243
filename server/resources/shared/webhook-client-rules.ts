/** Where the server finds a webhook: apiserver/pkg/util/webhook/validation.go. */
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';

/** A service as every group has it. */
export interface ServiceAddress {
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
  readonly port?: number;
}

const URL_PARTS = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:([^/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;

/** ValidateWebhookURL. */
export function webhookUrlProblems(path: string, url: string): FieldProblem[] {
  const form = '; desired format: https://host[/path]';
  const [, scheme = '', user, host = '', query = '', fragment = ''] = URL_PARTS.exec(url) ?? [];
  const problems: FieldProblem[] = [];
  if (scheme !== 'https') problems.push(invalid(path, scheme, `'https' is the only allowed URL scheme${form}`));
  if (host === '') problems.push(invalid(path, host, `host must be specified${form}`));
  if (user !== undefined) problems.push(invalid(path, user, 'user information is not permitted in the URL'));
  if (fragment !== '') problems.push(invalid(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') problems.push(invalid(path, query, 'query parameters are not permitted in the URL'));
  return problems;
}

/** ValidateWebhookService. Upstream's callers confuse the two names, so an empty one is reported for the other. */
export function webhookServiceProblems(path: string, service: ServiceAddress): FieldProblem[] {
  const { name = '', namespace = '', path: urlPath, port = 443 } = service;
  const problems: FieldProblem[] = [];
  if (namespace === '') problems.push(required(`${path}.name`));
  if (name === '') problems.push(required(`${path}.namespace`));
  if (port < 1 || port > 65535) {
    problems.push(invalid(`${path}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  }
  return urlPath === undefined ? problems : [...problems, ...urlPathProblems(`${path}.path`, urlPath)];
}

function urlPathProblems(path: string, urlPath: string): FieldProblem[] {
  if (urlPath === '/' || urlPath === '') return [];
  if (urlPath === '//') return [invalid(path, urlPath, 'segment[0] may not be empty')];
  const problems = urlPath.startsWith('/') ? [] : [invalid(path, urlPath, "must start with a '/'")];
  for (const [i, step] of urlPath.slice(1).replace(/\/$/, '').split('/').entries()) {
    const details = step === '' ? ['segment may not be empty'] : dnsSubdomainProblems(step);
    for (const detail of details) {
      const text = step === '' ? `segment[${i}] may not be empty` : `segment[${i}]: ${detail}`;
      problems.push(invalid(path, urlPath, text));
    }
  }
  return problems;
}
