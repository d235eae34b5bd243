import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readAuthenticationConfig } from '../../server/cluster/authentication-config.ts';

const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n';

/** What is said about a file, with its path taken out; lines that only point into an expression are left out. */
function refusal(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'auth.yaml');
  writeFileSync(file, text);
  try {
    readAuthenticationConfig(file, ['https://kubernetes.default.svc']);
    return [];
  } catch (error) {
    const lines = (error as Error).message.split('\n').map((line) => line.replace(`${file}:`, ''));
    return lines.filter((line) => !/^ *\|/.test(line));
  }
}

const jwt = (body: string): string => `${HEAD}jwt:\n- ${body.replaceAll('\n', '\n  ')}`;
const ISSUER = 'issuer: {url: https://issuer.example, audiences: [shop]}';
const MAPPINGS = "claimMappings: {username: {claim: sub, prefix: ''}}";

test('a file that is right is taken, also one without issuers', () => {
  expect(refusal(jwt(`${ISSUER}\n${MAPPINGS}`))).toEqual([]);
  expect(refusal(`${HEAD}anonymous: {enabled: true, conditions: [{path: /livez}]}`)).toEqual([]);
});

const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `"apiserver.config.k8s.io/${version}"`).join(', ');

test.each([
  ['', ['1: it has to be a mapping']],
  [
    'apiVersion: v1\nkind: Pod',
    [
      `1: apiVersion: Unsupported value: "v1": supported values: ${VERSIONS}`,
      '2: kind: Unsupported value: "Pod": supported values: "AuthenticationConfiguration"',
    ],
  ],
  [`${HEAD}jwt: []\njwt: []`, ['4: jwt: it stands there already']],
  [jwt(`${ISSUER}\n${MAPPINGS}\nclaimMapping: {}`), ['6: jwt[0].claimMapping: unknown field']],
  [
    jwt(`issuer: {url: 7, audiences: shop}\n${MAPPINGS}`),
    ['4: jwt[0].issuer.url: it has to be a string', '4: jwt[0].issuer.audiences: it has to be a list'],
  ],
])('%j is told with line and field', (text, expected) => {
  expect(refusal(text)).toEqual(expected);
});

test.each([
  [
    'issuer: {}',
    ['url: Required value', 'audiences: Required value: at least one jwt[0].issuer.audiences is required'],
  ],
  [
    'issuer: {url: "http://a@b?c#d", audiences: [x]}',
    [
      'url: Invalid value: "http://a@b?c#d": URL scheme must be https',
      'url: Invalid value: "http://a@b?c#d": URL must not contain a username or password',
      'url: Invalid value: "http://a@b?c#d": URL must not contain a query',
      'url: Invalid value: "http://a@b?c#d": URL must not contain a fragment',
    ],
  ],
  [
    'issuer: {url: "https://kubernetes.default.svc", audiences: [x]}',
    [
      'url: Invalid value: "https://kubernetes.default.svc": URL must not overlap with disallowed issuers: ' +
        '[https://kubernetes.default.svc]',
    ],
  ],
  [
    'issuer: {url: "https://a", discoveryURL: "https://a/", audiences: [x, x], certificateAuthority: none}',
    [
      'discoveryURL: Invalid value: "https://a/": discoveryURL must be different from URL',
      'audiences[1]: Duplicate value: "x"',
      'audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
      'certificateAuthority: Invalid value: "<omitted>": data does not contain any valid RSA or ECDSA certificates',
    ],
  ],
])('of issuers: %s', (issuer, expected) => {
  const problems = refusal(jwt(`${issuer}\n${MAPPINGS}`));
  expect(problems).toEqual(expected.map((line) => `4: jwt[0].issuer.${line}`));
});

test.each([
  [
    'username: {claim: sub}',
    [
      'username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to ' +
        'disable prefixing',
    ],
  ],
  ['username: {}', ['username: Required value: claim or expression is required']],
  ['username: {claim: a, expression: b}', ['username: Invalid value: "": claim and expression can\'t both be set']],
  [
    'username: {expression: claims.email}',
    [
      'username.expression: Invalid value: "claims.email": claims.email_verified must be used in ' +
        'claimMappings.username.expression or claimMappings.extra[*].valueExpression or ' +
        'claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression',
    ],
  ],
  [
    'username: {expression: "user.name"}',
    [
      'username.expression: Invalid value: "user.name": compilation failed: ERROR: <input>:1:1: undeclared ' +
        "reference to 'user' (in container '')",
    ],
  ],
  [
    'username: {claim: a, prefix: ""}, extra: [{key: Foo}, {key: a.k8s.io/b, valueExpression: "1"}]',
    [
      'extra[0].key: Invalid value: "Foo": must be a domain-prefixed path (such as "acme.io/foo")',
      'extra[0].key: Invalid value: "Foo": must be lowercase',
      'extra[0].valueExpression: Required value',
      'extra[1].key: Invalid value: "a.k8s.io/b": k8s.io, kubernetes.io and their subdomains are reserved for ' +
        'Kubernetes use',
    ],
  ],
])('of mappings: %s', (mappings, expected) => {
  const problems = refusal(jwt(`${ISSUER}\nclaimMappings: {${mappings}}`));
  expect(problems).toEqual(expected.map((line) => `5: jwt[0].claimMappings.${line}`));
});

test('of rules, and of two authenticators for one issuer', () => {
  const claimRules = 'claimValidationRules: [{}, {claim: a, message: b}, {expression: "1"}]';
  const text = jwt(`${ISSUER}\n${MAPPINGS}\n${claimRules}\nuserValidationRules: [{expression: ""}]`);
  expect(refusal(`${text}\n- ${ISSUER}\n  ${MAPPINGS}\n`)).toEqual([
    '6: jwt[0].claimValidationRules[0]: Required value: claim or expression is required',
    '6: jwt[0].claimValidationRules[1].message: Invalid value: "b": may not be specified when claim is set',
    '6: jwt[0].claimValidationRules[2].expression: Invalid value: "1": must evaluate to bool',
    '7: jwt[0].userValidationRules[0].expression: Required value',
    '8: jwt[1].issuer.url: Duplicate value: "https://issuer.example"',
  ]);
});
