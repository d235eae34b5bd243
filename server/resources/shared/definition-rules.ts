/**
 * Rules of custom resource definitions (apiextensions-apiserver, pkg/apis/apiextensions/validation).
 */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { dns1035Problems, dnsSubdomainProblems } from '../../kube/names.ts';
import type { CustomResourceDefinition } from '../../kube/types.gen.ts';
import { hasDefault, schemaHas } from '../../schema/custom/schema-walk.ts';
import { conversionProblems } from './definition-conversion-rules.ts';
import { definitionNameProblems } from './definition-names.ts';
import { hasStatus, shapeOf, sharedProblems, type VersionShape, versionProblems } from './definition-version-rules.ts';
import { internalList } from './internal-form.ts';
import { rulesBefore } from './rules-before.ts';

type Definition = Frozen<CustomResourceDefinition>;

const VERSIONS = 'spec.versions';
const SCOPES = ['Cluster', 'Namespaced'];
const APPROVAL = 'api-approved.kubernetes.io';
const APPROVAL_LINK = 'see https://github.com/kubernetes/enhancements/pull/1111';

/** Problems of a definition in upstream's order; `old` on a change. */
export function definitionProblems(definition: Definition, old?: Definition): FieldProblem[] {
  const { spec } = definition;
  const shape = shapeOf(spec.versions ?? []);
  const before = rulesBefore(definition, old);
  return [
    ...(old ? [] : nameProblems(definition)),
    ...groupProblems(spec.group),
    ...scopeProblems(spec.scope),
    ...schemaPresenceProblems(shape),
    ...defaultPruningProblems(definition),
    ...shape.versions.flatMap((version, i) =>
      versionProblems(version, `${VERSIONS}[${i}]`, {
        writesStatus: hasStatus(spec.versions?.[i] ?? {}),
        before: before(version.name),
      }),
    ),
    ...versionSetProblems(shape),
    ...requiredNameProblems(definition),
    ...definitionNameProblems(spec.names, 'spec.names'),
    ...sharedProblems(shape.shared, 'spec', 'validation', {
      writesStatus: spec.versions?.some(hasStatus) ?? false,
      before: before(spec.versions?.[0]?.name ?? ''),
    }),
    ...preservationProblems(definition),
    ...conversionProblems(spec.conversion),
    ...(old ? changeProblems(definition, old) : []),
    ...definitionNameProblems(definition.status.acceptedNames, 'status.acceptedNames'),
    ...storedVersionProblems(definition),
    ...approvalProblems(definition, old),
    ...unprunedProblems(definition, old),
  ];
}

function nameProblems({ metadata: { name = '' }, spec }: Definition): FieldProblem[] {
  const isRight = name === `${spec.names.plural}.${spec.group}`;
  return isRight ? [] : [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function groupProblems(group: string): FieldProblem[] {
  const path = 'spec.group';
  if (group === '') return [required(path)];
  const details = dnsSubdomainProblems(group);
  if (details.length > 0) return [invalid(path, group, details.join(','))];
  return group.includes('.') ? [] : [invalid(path, group, 'should be a domain with at least one dot')];
}

function scopeProblems(scope: string): FieldProblem[] {
  if (scope === '') return [required('spec.scope')];
  return SCOPES.includes(scope) ? [] : [notSupported('spec.scope', scope, SCOPES)];
}

function schemaPresenceProblems({ shared, versions }: VersionShape): FieldProblem[] {
  if (shared.schema?.openAPIV3Schema) return [];
  return versions.flatMap(({ schema }, i) =>
    schema?.openAPIV3Schema ? [] : [required(`${VERSIONS}[${i}].schema.openAPIV3Schema`)],
  );
}

function defaultPruningProblems({ spec }: Definition): FieldProblem[] {
  if (!spec.preserveUnknownFields) return [];
  const schemas = (spec.versions ?? []).flatMap(({ schema }) => schema?.openAPIV3Schema ?? []);
  if (!schemas.some((schema) => schemaHas(schema, hasDefault))) return [];
  return [invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema')];
}

function versionSetProblems({ versions }: VersionShape): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const shown = (): unknown => {
    return internalList(
      versions,
      'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
    );
  };
  const names = versions.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    problems.push(invalid(VERSIONS, shown(), 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    problems.push(invalid(VERSIONS, shown(), 'must have exactly one version marked as storage version'));
  }
  // The first version is also the internal type's only one.
  const [first = ''] = names;
  const details = first === '' ? [] : dns1035Problems(first);
  return details.length > 0 ? [...problems, invalid('spec.version', first, details.join(','))] : problems;
}

function requiredNameProblems({ spec: { names } }: Definition): FieldProblem[] {
  const fields = ['plural', 'singular', 'kind', 'listKind'] as const;
  return fields.flatMap((field) => (names[field] ? [] : [required(`spec.names.${field}`)]));
}

function preservationProblems({ spec: { conversion, preserveUnknownFields } }: Definition): FieldProblem[] {
  if (!preserveUnknownFields || !conversion || conversion.strategy === 'None') return [];
  const detail = 'must be None if spec.preserveUnknownFields is true';
  return [invalid('spec.conversion.strategy', conversion.strategy, detail)];
}

function changeProblems({ spec }: Definition, { spec: old, status }: Definition): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const isEstablished = status.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
  if (isEstablished && spec.scope !== old.scope) problems.push(immutable('spec.scope', spec.scope));
  if (isEstablished && spec.names.kind !== old.names.kind) problems.push(immutable('spec.names.kind', spec.names.kind));
  if (spec.group !== old.group) problems.push(immutable('spec.group', spec.group));
  if (spec.names.plural !== old.names.plural) problems.push(immutable('spec.names.plural', spec.names.plural));
  return problems;
}

function storedVersionProblems({ spec, status: { storedVersions: stored } }: Definition): FieldProblem[] {
  const path = 'status.storedVersions';
  if (!stored?.length) return [invalid(path, stored, 'must have at least one stored version')];
  const versions = spec.versions ?? [];
  const isFirst = (name: string, i: number): boolean => versions.findIndex((version) => version.name === name) === i;
  // A version that is there twice is found only once.
  const problems = versions
    .filter(({ name, storage }, i) => storage && !(stored.includes(name) && isFirst(name, i)))
    .map(({ name }) => invalid(path, stored, `must have the storage version ${name}`));
  stored.forEach((version, i) => {
    if (versions.some(({ name }) => name === version)) return;
    const until = `until a storage migration ensures no data remains persisted in ${version}`;
    const rule = `must remain in spec.versions ${until} and removes ${version} from status.storedVersions`;
    const detail = `missing from spec.versions; ${version} was previously a storage version, and ${rule}`;
    problems.push(invalid(`${path}[${i}]`, version, detail));
  });
  return problems;
}

/** How far a group of the Kubernetes project is approved. */
function approvalOf({ metadata }: Definition): 'missing' | 'bypassed' | 'approved' | 'invalid' {
  const text = getOwn(metadata.annotations, APPROVAL) ?? '';
  if (text === '') return 'missing';
  if (text.startsWith('unapproved')) return 'bypassed';
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]/.test(text) ? 'approved' : 'invalid';
}

function approvalProblems(definition: Definition, old?: Definition): FieldProblem[] {
  const { metadata, spec } = definition;
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return [];
  const state = approvalOf(definition);
  if (old && approvalOf(old) === state) return [];
  const path = `metadata.annotations[${APPROVAL}]`;
  const rule = `protected groups must have approval annotation ${goQuote(APPROVAL)}`;
  if (state === 'missing') return [required(path, `${rule}, ${APPROVAL_LINK}`)];
  if (state !== 'invalid') return [];
  const how = 'with either a URL or a reason starting with "unapproved"';
  return [invalid(path, getOwn(metadata.annotations, APPROVAL), `${rule} ${how}, ${APPROVAL_LINK}`)];
}

function unprunedProblems({ spec }: Definition, old?: Definition): FieldProblem[] {
  if (!spec.preserveUnknownFields || old?.spec.preserveUnknownFields) return [];
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalid('spec.preserveUnknownFields', true, detail)];
}
