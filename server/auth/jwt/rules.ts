/** Rules of AuthenticationConfiguration (k8s.io/apiserver/pkg/apis/apiserver/validation). */
import { duplicate, type FieldProblem, invalid, required, tooMany } from '../../kube/field-problem.ts';
import { certificateOf, pemBlocks } from '../../kube/pem.ts';
import type { AuthenticationConfiguration, JwtConfiguration } from './configuration.ts';
import { compileMappings } from './mapping-rules.ts';
import type { Mappings } from './mappings.ts';

/** One issuer, ready to be used. */
export interface JwtRules {
  readonly configuration: JwtConfiguration;
  readonly mappings: Mappings;
}

const AUTHENTICATORS_MAX = 64;

/**
 * @param ownIssuers those of the cluster's own tokens
 * @returns what can be used, or what is wrong in upstream's words
 */
export function checkConfiguration(
  { jwt, anonymous }: AuthenticationConfiguration,
  ownIssuers: readonly string[],
): readonly JwtRules[] | { readonly problems: readonly FieldProblem[] } {
  if (jwt.length > AUTHENTICATORS_MAX) return { problems: [tooMany('jwt', jwt.length, AUTHENTICATORS_MAX)] };
  const problems: FieldProblem[] = [];
  const rules: JwtRules[] = [];
  for (const [index, configuration] of jwt.entries()) {
    const path = `jwt[${index}]`;
    const { issuer } = configuration;
    problems.push(...issuerProblems(issuer, ownIssuers, `${path}.issuer`));
    const mappings = compileMappings(configuration, path, problems);
    if (jwt.slice(0, index).some((other) => other.issuer.url === issuer.url)) {
      problems.push(duplicate(`${path}.issuer.url`, issuer.url));
    }
    const { discoveryURL = '' } = issuer;
    if (discoveryURL !== '' && jwt.slice(0, index).some((other) => other.issuer.discoveryURL === discoveryURL)) {
      problems.push(duplicate(`${path}.issuer.discoveryURL`, discoveryURL));
    }
    rules.push({ configuration, mappings });
  }
  if (anonymous && !anonymous.enabled && (anonymous.conditions ?? []).length > 0) {
    const detail = 'enabled should be set to true when conditions are defined';
    problems.push(invalid('anonymous.conditions', anonymous.conditions, detail));
  }
  return problems.length > 0 ? { problems } : rules;
}

function issuerProblems(
  issuer: JwtConfiguration['issuer'],
  ownIssuers: readonly string[],
  path: string,
): FieldProblem[] {
  const { url, discoveryURL = '', certificateAuthority = '', egressSelectorType = '' } = issuer;
  const problems = url === '' ? [required(`${path}.url`)] : urlProblems(url, ownIssuers, `${path}.url`);
  if (discoveryURL !== '') {
    const trimmed = (text: string): string => text.replace(/\/+$/, '');
    if (url !== '' && trimmed(url) === trimmed(discoveryURL)) {
      problems.push(invalid(`${path}.discoveryURL`, discoveryURL, 'discoveryURL must be different from URL'));
    }
    problems.push(...urlProblems(discoveryURL, [], `${path}.discoveryURL`));
  }
  problems.push(...audienceProblems(issuer, path));
  const blocks = pemBlocks(certificateAuthority).filter(({ type }) => type === 'CERTIFICATE');
  if (certificateAuthority !== '' && (blocks.length === 0 || !blocks.every(certificateOf))) {
    const detail = 'data does not contain any valid RSA or ECDSA certificates';
    problems.push(invalid(`${path}.certificateAuthority`, '<omitted>', detail));
  }
  if (egressSelectorType !== '' && !['controlplane', 'cluster'].includes(egressSelectorType)) {
    const detail = 'egress selector must be either controlplane or cluster';
    problems.push(invalid(`${path}.egressSelectorType`, egressSelectorType, detail));
  }
  return problems;
}

function urlProblems(text: string, disallowed: readonly string[], path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (disallowed.includes(text)) {
    const issuers = [...disallowed].sort().join(' ');
    problems.push(invalid(path, text, `URL must not overlap with disallowed issuers: [${issuers}]`));
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') problems.push(invalid(path, text, 'URL scheme must be https'));
  if (!url) return problems;
  if (url.username !== '' || url.password !== '') {
    problems.push(invalid(path, text, 'URL must not contain a username or password'));
  }
  if (url.search !== '') problems.push(invalid(path, text, 'URL must not contain a query'));
  if (url.hash !== '') problems.push(invalid(path, text, 'URL must not contain a fragment'));
  return problems;
}

function audienceProblems(
  { audiences, audienceMatchPolicy = '' }: JwtConfiguration['issuer'],
  issuerPath: string,
): FieldProblem[] {
  const path = `${issuerPath}.audiences`;
  if (audiences.length === 0) return [required(path, `at least one ${path} is required`)];
  const problems: FieldProblem[] = [];
  for (const [index, audience] of audiences.entries()) {
    if (audience === '') problems.push(required(`${path}[${index}]`));
    if (audiences.indexOf(audience) < index) problems.push(duplicate(`${path}[${index}]`, audience));
  }
  const policyPath = `${issuerPath}.audienceMatchPolicy`;
  if (audiences.length > 1 && audienceMatchPolicy !== 'MatchAny') {
    const detail = 'audienceMatchPolicy must be MatchAny for multiple audiences';
    problems.push(invalid(policyPath, audienceMatchPolicy, detail));
  } else if (audienceMatchPolicy !== '' && audienceMatchPolicy !== 'MatchAny') {
    const detail = 'audienceMatchPolicy must be empty or MatchAny for single audience';
    problems.push(invalid(policyPath, audienceMatchPolicy, detail));
  }
  return problems;
}
