/** Definitions: their names, versions, subresources, columns and conversion. */
import { definition, type Json, ofSchema, version, withField, withSpec } from './definition.ts';

const str = { type: 'string' };
const plain = withSpec({ properties: { f: str } });
const two = (a: Json, b: Json): Json[] => [version('v1', plain, a), version('v2', plain, { storage: false, ...b })];
const webhook = (conversion: Json): Json => definition({ spec: { conversion } });
const service = { namespace: 'default', name: 'hook', path: '/convert' };
const columns = (...additionalPrinterColumns: Json[]): Json => ofSchema(plain, { additionalPrinterColumns });
const selectable = (schema: Json, ...paths: string[]): Json =>
  ofSchema(schema, { selectableFields: paths.map((jsonPath) => ({ jsonPath })) });
const scale = (parts: Json): Json =>
  ofSchema(plain, {
    subresources: { status: {}, scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', ...parts } },
  });
const manyFields = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, str]));

export const DEFINITIONS: Readonly<Record<string, Json>> = {
  'a plain one': definition({}),
  'no names': definition({ names: { plural: '', singular: '', kind: '', listKind: '' } }),
  'names in the wrong case': definition({ names: { singular: 'Thing', kind: 'thing_', shortNames: ['T'] } }),
  'a kind that is its own list': definition({ names: { kind: 'Thing', listKind: 'Thing' } }),
  'bad categories': definition({ names: { categories: ['all', 'A b'] } }),
  'another name': definition({ metadata: { name: 'others.definitions.golden.example.com' } }),
  'a group without a dot': definition({ group: 'golden' }),
  'a group that is no name': definition({ group: 'Golden.example.com' }),
  'no group': definition({ group: '' }),
  'an unknown scope': definition({ spec: { scope: 'Everywhere' } }),
  'no scope': definition({ spec: { scope: '' } }),
  'no versions': definition({ versions: [] }),
  'a version without a schema': definition({ versions: [version('v1', undefined)] }),
  'a version that is no name': definition({ versions: [version('V1', plain)] }),
  'two versions for storage': definition({ versions: two({}, { storage: true }) }),
  'no version for storage': definition({ versions: [version('v1', plain, { storage: false })] }),
  'a version twice': definition({ versions: [version('v1', plain), version('v1', plain, { storage: false })] }),
  'two versions of one schema': definition({ versions: two({}, {}) }),
  'two versions, one with columns': definition({
    versions: two({ additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.f' }] }, {}),
  }),
  'one of two schemas is wrong': definition({
    versions: [version('v1', plain), version('v2', withField({}), { storage: false })],
  }),
  'a warning without deprecation': ofSchema(plain, { deprecationWarning: 'old' }),
  'a deprecation': ofSchema(plain, { deprecated: true, deprecationWarning: 'old' }),
  'an empty warning': ofSchema(plain, { deprecated: true, deprecationWarning: '' }),
  'a warning of two lines': ofSchema(plain, { deprecated: true, deprecationWarning: 'old\nand new' }),
  'unknown fields are kept': definition({ spec: { preserveUnknownFields: true } }),
  'unknown fields are kept beside defaults': definition({
    versions: [version('v1', withField({ type: 'string', default: 'a' }))],
    spec: { preserveUnknownFields: true },
  }),
  'a column of everything': columns({
    name: 'A',
    type: 'string',
    format: 'byte',
    priority: 1,
    description: 'a',
    jsonPath: '.spec.f',
  }),
  'an empty column': columns({ name: '', type: '', jsonPath: '' }),
  'a column of an unknown type': columns({ name: 'A', type: 'text', format: 'uuid', jsonPath: 'spec.f' }),
  'a column with a filter': columns({ name: 'A', type: 'string', jsonPath: '.spec[?(@.a=="b")].c' }),
  'a column of the root': columns({ name: 'A', type: 'string', jsonPath: '.' }),
  'a scale': scale({ labelSelectorPath: '.status.selector' }),
  'a scale without paths': scale({ specReplicasPath: '', statusReplicasPath: '' }),
  'a scale elsewhere': scale({ specReplicasPath: '.status.n', statusReplicasPath: '.spec.n', labelSelectorPath: '.a' }),
  'a scale without dots': scale({ specReplicasPath: 'spec.n', statusReplicasPath: 'n', labelSelectorPath: 'x' }),
  'the status with other root fields': ofSchema({ ...plain, maxProperties: 3 }, { subresources: { status: {} } }),
  'the status with a root of another type': ofSchema({ type: 'string' }, { subresources: { status: {} } }),
  'the status with junctors at the root': ofSchema(
    { ...plain, oneOf: [{ required: ['spec'] }] },
    { subresources: { status: {} } },
  ),
  'selectable fields': selectable(withSpec({ properties: { a: str, b: { type: 'integer' } } }), '.spec.a', '.spec.b'),
  'a selectable field twice': selectable(plain, '.spec.f', '.spec.f'),
  'a selectable object': selectable(plain, '.spec'),
  'a selectable field that is not there': selectable(plain, '.spec.g'),
  'a selectable field without a dot': selectable(plain, 'spec.f'),
  'a selectable field in brackets': selectable(plain, ".spec['f']"),
  'a selectable field of the metadata': selectable(
    { ...plain, properties: { metadata: { type: 'object', properties: { name: str } } } },
    '.metadata.name',
  ),
  'an empty selectable field': selectable(plain, ''),
  'a selectable field behind a dot': selectable(plain, '.spec.'),
  'too many selectable fields': selectable(
    withSpec({ properties: manyFields }),
    ...Object.keys(manyFields).map((name) => `.spec.${name}`),
  ),
  'an unknown conversion': webhook({ strategy: 'Magic' }),
  'no strategy of conversion': webhook({ strategy: '' }),
  'a webhook': webhook({
    strategy: 'Webhook',
    webhook: { clientConfig: { service }, conversionReviewVersions: ['v1', 'v1beta1'] },
  }),
  'a webhook without anything': webhook({ strategy: 'Webhook' }),
  'a webhook without a place': webhook({
    strategy: 'Webhook',
    webhook: { clientConfig: {}, conversionReviewVersions: ['v2'] },
  }),
  'a webhook with two places': webhook({
    strategy: 'Webhook',
    webhook: { clientConfig: { service, url: 'https://a/b' }, conversionReviewVersions: ['v1', 'v1', 'V3'] },
  }),
  'a webhook at a plain URL': webhook({
    strategy: 'Webhook',
    webhook: { clientConfig: { url: 'http://me@a/b?c#d' }, conversionReviewVersions: ['v1'] },
  }),
  'a webhook at a bad port': webhook({
    strategy: 'Webhook',
    webhook: { clientConfig: { service: { ...service, port: 0, path: 'x//y' } }, conversionReviewVersions: ['v1'] },
  }),
  'a webhook with a bundle that is none': webhook({
    strategy: 'Webhook',
    webhook: { clientConfig: { service, caBundle: 'bm8=' }, conversionReviewVersions: ['v1'] },
  }),
  'a webhook that is not used': webhook({
    strategy: 'None',
    webhook: { clientConfig: { service }, conversionReviewVersions: ['v1'] },
  }),
  'a protected group': definition({ group: 'golden.k8s.io' }),
  'a protected group, approved': definition({
    group: 'golden.k8s.io',
    metadata: { annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/kubernetes/pull/1' } },
  }),
  'a protected group, bypassed': definition({
    group: 'golden.k8s.io',
    metadata: { annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
  }),
  'a protected group, approved by no URL': definition({
    group: 'golden.kubernetes.io',
    metadata: { annotations: { 'api-approved.kubernetes.io': 'yes' } },
  }),
};
