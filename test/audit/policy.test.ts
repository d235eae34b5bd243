/** Which requests are told of: the first rule of the policy that fits decides. */
import { describe, expect, it } from 'vitest';
import { extentOf } from '../../server/pipeline/audit/audit-policy.ts';
import { parseAuditPolicy } from '../../server/pipeline/audit/audit-policy-file.ts';
import { requestInfo } from '../../server/pipeline/request-info.ts';

const HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';
const policyOf = (rules: string): ReturnType<typeof parseAuditPolicy> =>
  parseAuditPolicy(`${HEAD}rules:\n${rules}`, 'p');

const JANE = { name: 'jane', groups: ['dev'] };

function levelOf(rule: string, path: string, method = 'GET', user: typeof JANE | null = JANE): string {
  const [pathname = '', query = ''] = path.split('?');
  return extentOf(policyOf(rule), user ?? undefined, requestInfo(method, pathname, new URLSearchParams(query))).level;
}

const POD = '/api/v1/namespaces/shop/pods/p';

describe('a rule fits', () => {
  it.each([
    ['users: [jane]', POD, true],
    ['users: [joe]', POD, false],
    ['userGroups: [ops, dev]', POD, true],
    ['userGroups: [ops]', POD, false],
    ['verbs: [get]', POD, true],
    ['verbs: [list]', POD, false],
    ['namespaces: [shop]', POD, true],
    ['namespaces: [other]', POD, false],
    ['namespaces: [""]', '/api/v1/nodes', true],
    ['namespaces: [""]', '/version', false],
    ['resources: [{group: ""}]', POD, true],
    ['resources: [{group: apps}]', POD, false],
    ['resources: [{group: "*", resources: [pods]}]', POD, true],
    ['resources: [{resources: [pods]}]', `${POD}/log`, false],
    ['resources: [{resources: ["pods/*"]}]', `${POD}/log`, true],
    ['resources: [{resources: ["*/log"]}]', `${POD}/log`, true],
    ['resources: [{resources: ["*"]}]', `${POD}/log`, true],
    ['resources: [{resources: [pods], resourceNames: [p]}]', POD, true],
    ['resources: [{resources: [pods], resourceNames: [q]}]', POD, false],
    ['nonResourceURLs: ["/healthz*"]', '/healthz/ping', true],
    ['nonResourceURLs: ["/version"]', '/version', true],
    ['nonResourceURLs: ["/version"]', POD, false],
    ['nonResourceURLs: ["*"]', '/anything', true],
  ])('%s: %s: %s', (rule, path, fits) => {
    expect(levelOf(`- level: Metadata\n  ${rule}`, path)).toBe(fits ? 'Metadata' : 'None');
  });

  it('somebody unknown only when it names nobody', () => {
    expect(levelOf('- {level: Request, users: [jane]}\n- level: Metadata', POD, 'GET', null)).toBe('Metadata');
  });

  it('before those that follow it', () => {
    expect(levelOf('- {level: None, verbs: [get]}\n- level: Request', POD)).toBe('None');
    expect(levelOf('- {level: None, verbs: [get]}\n- level: Request', POD, 'DELETE')).toBe('Request');
  });
});

it('adds stages that no rule tells, and says what of managedFields holds where a rule does not', () => {
  const text = `${HEAD}omitStages: [RequestReceived]\nomitManagedFields: true\nrules:\n`;
  const rules = '- {level: Request, verbs: [get], omitStages: [Panic], omitManagedFields: false}\n- level: Metadata';
  const policy = parseAuditPolicy(text + rules, 'p');
  const [get, list] = [POD, '/api/v1/pods'].map((path) =>
    extentOf(policy, JANE, requestInfo('GET', path, new URLSearchParams())),
  );
  expect(get).toEqual({ level: 'Request', omitStages: ['RequestReceived', 'Panic'], omitManagedFields: false });
  expect(list).toEqual({ level: 'Metadata', omitStages: ['RequestReceived'], omitManagedFields: true });
});

describe('a policy is refused', () => {
  it.each([
    ['rules: []', 'loaded illegal policy with 0 rules'],
    ['{}', 'loaded illegal policy with 0 rules'],
    ['rules: [{}]', 'rules[0].level: Required value'],
    [
      'rules: [{level: All}]',
      'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
    ],
    [
      'rules: [{level: None, nonResourceURLs: [healthz]}]',
      'rules[0].nonResourceURLs[0]: Invalid value: "healthz": non-resource URL rules must begin with a \'/\' character',
    ],
    [
      'rules: [{level: None, resources: [{resourceNames: [a]}]}]',
      'rules[0].resources.resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource',
    ],
    [
      'omitStages: [Nope]\nrules: [{level: None}]',
      'omitStages[0]: Invalid value: "Nope": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
    ],
    ['rules: [{level: None, users: jane}]', 'failed decoding: rules[0].users is no list of texts'],
    ['rules: jane', 'failed decoding: rules is no list'],
    ['rules: [', 'failed decoding: '],
  ])('%s', (text, why) => {
    const whole = text === '{}' ? HEAD : HEAD + text;
    expect(() => parseAuditPolicy(whole, 'audit.yaml')).toThrow(`the audit policy audit.yaml cannot be used: ${why}`);
  });

  it('when it is something else', () => {
    expect(() => parseAuditPolicy('kind: Policy\napiVersion: v1', 'p')).toThrow('needs kind "Policy" and apiVersion');
    expect(() => parseAuditPolicy('- a', 'p')).toThrow('it is no object');
  });
});
