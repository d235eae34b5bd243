// Records what a real server says of the rules of a custom resource: of each one why it is refused, if it is.
import { expressionGroups } from '../../support/cel-cases.ts';
import { ask, record } from './oracle.ts';

const groups = expressionGroups();
const { schema } = groups.find(({ name }) => name === 'schema') ?? {};
const rules = [...new Set(groups.filter(({ mutation }) => !mutation).flatMap(({ expressions }) => expressions))].filter(
  (rule) => rule.trim() !== '',
);
const names = { plural: 'things', singular: 'thing', kind: 'Thing' };
const version = {
  name: 'v1',
  served: true,
  storage: true,
  schema: {
    openAPIV3Schema: { ...schema, 'x-kubernetes-validations': rules.map((rule) => ({ rule, message: 'no' })) },
  },
};
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.golden.example.com' },
  spec: { group: 'golden.example.com', scope: 'Namespaced', names, versions: [version] },
};
const url = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';
const { json } = await ask('POST', url, definition);
const { causes = [] } = (json as { details?: { causes?: { field: string; message: string }[] } }).details ?? {};
const problems = new Map<number, string[]>();
for (const { field, message } of causes) {
  const index = /x-kubernetes-validations\[(\d+)\]\.rule$/.exec(field)?.[1];
  if (index === undefined || message.includes('for entire OpenAPIv3 schema')) continue;
  const text = message.replace(/^Invalid value: \{.*?"OptionalOldSelf":null\}: /s, '');
  problems.set(Number(index), [...(problems.get(Number(index)) ?? []), text]);
}
await record(
  'test/golden/cel/rules.json',
  rules.map((rule, index) => ({ rule, problems: problems.get(index) ?? [] })),
);
