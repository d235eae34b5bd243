import { createPrivateKey, X509Certificate } from 'node:crypto';
import { deepEqual, type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, immutable, invalid, required, tooLong } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { configKeyProblems } from '../../kube/names.ts';
import type { Secret } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { goSyntaxError } from '../../schema/json-text.ts';
import { sortedKeys } from '../shared/sorted-keys.ts';

/** api.MaxSecretSize. */
const MAX_BYTES = 1024 * 1024;
const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const IMMUTABLE = 'field is immutable when `immutable` is set';

/** Keys that a type of secret must have, all of them. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function dataProblems({ data = {} }: Frozen<Secret>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let bytes = 0;
  // Go reads null as no bytes.
  for (const [key, value] of Object.entries(data as Readonly<Record<string, string | null>>)) {
    for (const detail of configKeyProblems(key)) problems.push(invalid(`data[${key}]`, key, detail));
    bytes += Buffer.byteLength(value ?? '', 'base64');
  }
  if (bytes > MAX_BYTES) problems.push(tooLong('data', MAX_BYTES));
  return problems;
}

function typeProblems({ metadata, type = '', data = {} }: Frozen<Secret>): FieldProblem[] {
  const has = (key: string): boolean => getOwn(data, key) !== undefined;
  const missing = (getOwn(REQUIRED_KEYS, type) ?? []).filter((key) => !has(key));
  if (missing.length > 0) return missing.map((key) => required(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (getOwn(metadata.annotations, SERVICE_ACCOUNT_NAME)) return [];
      return [required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`)];
    case 'kubernetes.io/dockercfg':
      return jsonProblems('.dockercfg', getOwn(data, '.dockercfg') ?? '');
    case 'kubernetes.io/dockerconfigjson':
      return jsonProblems('.dockerconfigjson', getOwn(data, '.dockerconfigjson') ?? '');
    case 'kubernetes.io/basic-auth':
      return has('username') || has('password') ? [] : [required('data[username]'), required('data[password]')];
    case 'kubernetes.io/ssh-auth':
      return getOwn(data, 'ssh-privatekey') ? [] : [required('data[ssh-privatekey]')];
    default:
      return [];
  }
}

const JSON_KINDS: Readonly<Record<string, string>> = { boolean: 'bool', number: 'number', string: 'string' };

function jsonProblems(key: string, base64: string): FieldProblem[] {
  const text = Buffer.from(base64, 'base64').toString();
  const problem = (detail: string): FieldProblem[] => [invalid(`data[${key}]`, '<secret contents redacted>', detail)];
  try {
    const value: unknown = JSON.parse(text);
    const kind = Array.isArray(value) ? 'array' : JSON_KINDS[typeof value];
    const target = 'Go value of type map[string]interface {}';
    return kind === undefined ? [] : problem(`json: cannot unmarshal ${kind} into ${target}`);
  } catch {
    return problem(goSyntaxError(text));
  }
}

function updateProblems(secret: Frozen<Secret>, old: Frozen<Secret>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (secret.type !== old.type) problems.push(immutable('type', secret.type));
  if (!old.immutable) return problems;
  if (!secret.immutable) problems.push(forbiddenField('immutable', IMMUTABLE));
  if (!deepEqual(secret.data ?? {}, old.data ?? {})) problems.push(forbiddenField('data', IMMUTABLE));
  return problems;
}

/** tls.X509KeyPair: whether certificate and key can be read and belong together. */
function keyPairWarnings({ data = {} }: Frozen<Secret>): string[] {
  const pem = (key: string): string => Buffer.from(getOwn(data, key) ?? '', 'base64').toString();
  const [certificate, key] = [pem('tls.crt'), pem('tls.key')];
  const begin = /-----BEGIN [A-Z ]+-----/;
  if (!begin.test(certificate)) return ['tls: failed to find any PEM data in certificate input'];
  if (!begin.test(key)) return ['tls: failed to find any PEM data in key input'];
  try {
    const matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    return matches ? [] : ['tls: private key does not match public key'];
  } catch {
    return ['tls: failed to parse private key'];
  }
}

export const definition: ResourceDefinition<Secret> = {
  resource: 'secrets',
  rechecksGenerateName: true,
  fillDefaults(secret) {
    secret.type ||= 'Opaque';
    if (!secret.stringData) return;
    // Text is a way to write data, never to read it.
    const texts = Object.entries(secret.stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    secret.data = sortedKeys({ ...secret.data, ...(Object.fromEntries(texts) as Record<string, string>) });
    delete secret.stringData;
  },
  validate: (secret, old) => [
    ...(old ? updateProblems(secret, old) : []),
    ...dataProblems(secret),
    ...typeProblems(secret),
  ],
  warnings: (secret) => (secret.type === 'kubernetes.io/tls' ? keyPairWarnings(secret) : []),
  selectableFields: { type: ({ type }) => type ?? '' },
  cells: ({ metadata, type, data }, nowMs) => [
    metadata.name,
    type ?? '',
    Object.keys(data ?? {}).length,
    since(metadata.creationTimestamp, nowMs),
  ],
};
