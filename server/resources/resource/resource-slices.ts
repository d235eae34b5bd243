import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, immutable, invalid, required, tooMany } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import type { Device, ResourceSlice, ResourceSliceSpec } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { deviceTaintProblems, poolNameProblems } from '../shared/device-rules.ts';
import { internalList } from '../shared/internal-form.ts';
import { nodeSelectorProblems } from '../shared/node-selector-rules.ts';
import { driverNameProblems } from '../shared/volume-source-rules.ts';

type Spec = Frozen<ResourceSliceSpec>;

const MAX_DEVICES = 128;
const MAX_ELABORATE_DEVICES = 64;
const MAX_TAINTS = 16;
/** Lists are a feature that is off: the server forgets them. */
const SCALARS = ['int', 'bool', 'string', 'version'] as const;
const ATTRIBUTE_FIELDS = [...SCALARS, 'ints', 'bools', 'strings', 'versions'];

function validate({ spec }: Frozen<ResourceSlice>, old?: Frozen<ResourceSlice>): FieldProblem[] {
  const { driver, pool, nodeName } = spec;
  const problems = [...driverNameProblems('spec.driver', driver), ...poolNameProblems(pool.name, 'spec.pool.name')];
  if (pool.resourceSliceCount <= 0) {
    problems.push(invalid('spec.pool.resourceSliceCount', pool.resourceSliceCount, 'must be greater than zero'));
  }
  if (pool.generation < 0) {
    problems.push(invalid('spec.pool.generation', pool.generation, 'must be greater than or equal to zero'));
  }
  if (old) {
    if (pool.name !== old.spec.pool.name) problems.push(immutable('spec.pool.name', pool.name));
    if (driver !== old.spec.driver) problems.push(immutable('spec.driver', driver));
    if (nodeName !== old.spec.nodeName) problems.push(immutable('spec.nodeName', nodeName));
  }
  return [...problems, ...placeProblems(spec), ...devicesProblems(spec)];
}

/** Where the devices are has to be said in one way. */
function placeProblems({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: Spec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const used: string[] = [];
  if (nodeName === '') {
    problems.push(invalid('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string'));
  } else if (nodeName !== undefined) {
    used.push('`nodeName`');
    problems.push(...dnsSubdomainProblems(nodeName).map((detail) => invalid('spec.nodeName', nodeName, detail)));
  }
  if (nodeSelector) {
    used.push('`nodeSelector`');
    problems.push(...nodeSelectorProblems(nodeSelector, 'spec.nodeSelector'));
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) {
      const shown = internalList(terms, 'io.k8s.api.core.v1.NodeSelectorTerm');
      problems.push(invalid('spec.nodeSelector.nodeSelectorTerms', shown, 'must have exactly one node selector term'));
    }
  }
  for (const [field, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value) used.push(`\`${field}\``);
    else if (value === false) problems.push(invalid(`spec.${field}`, false, 'must be either unset or set to true'));
  }
  const rule = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (used.length === 0) problems.push(required('spec', rule));
  if (used.length > 1) problems.push(invalid('spec', `{${used.join(', ')}}`, `${rule}, but multiple fields are set`));
  return problems;
}

function devicesProblems({ devices, sharedCounters }: Spec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (devices && sharedCounters) {
    problems.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const path = 'spec.devices';
  const all = devices ?? [];
  const max = all.some(isElaborate) ? MAX_ELABORATE_DEVICES : MAX_DEVICES;
  if (all.length > max) return [...problems, tooMany(path, all.length, max)];
  problems.push(...all.flatMap((device, i) => deviceProblems(device, `${path}[${i}]`)));
  const names = all.map(({ name }) => name);
  names.forEach((name, i) => {
    if (names.indexOf(name) < i) problems.push(duplicate(`${path}[${i}]`, name));
  });
  return problems;
}

function isElaborate({ taints = [], consumesCounters = [] }: Frozen<Device>): boolean {
  return taints.length + consumesCounters.length > 0;
}

function deviceProblems({ name, attributes = {}, taints = [] }: Frozen<Device>, path: string): FieldProblem[] {
  const problems = dnsLabelProblems(name).map((detail) => invalid(`${path}.name`, name, detail));
  for (const [key, attribute] of Object.entries(attributes)) {
    if (SCALARS.some((field) => attribute[field] !== undefined)) continue;
    const detail = `must specify one of: ${ATTRIBUTE_FIELDS.map((field) => `\`${field}\``).join(', ')}`;
    problems.push(invalid(`${path}.attributes[${key}]`, '', detail));
  }
  if (taints.length > MAX_TAINTS) return [...problems, tooMany(`${path}.taints`, taints.length, MAX_TAINTS)];
  return [...problems, ...taints.flatMap((taint, i) => deviceTaintProblems(taint, `${path}.taints[${i}]`))];
}

/** The time of a taint is when it first came in. */
function fillTimes({ spec }: ResourceSlice, nowMs: number): undefined {
  for (const taint of (spec.devices ?? []).flatMap(({ taints = [] }) => taints)) taint.timeAdded ??= rfc3339(nowMs);
}

export const definition: ResourceDefinition<ResourceSlice> = {
  resource: 'resourceslices.resource.k8s.io',
  beforeCreate: (slice, { clock }) => fillTimes(slice, clock.now()),
  beforeUpdate: (slice, _old, { clock }) => fillTimes(slice, clock.now()),
  checksEnums: true,
  validate,
  warnings: ({ spec: { driver } }) =>
    driver === driver.toLowerCase()
      ? []
      : [`spec.driver: driver names should be lowercase; ${goQuote(driver)} contains uppercase characters`],
  generation: ({ spec }) => spec,
  returnsDeleted: true,
  selectsNoNamespace: true,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver,
    'spec.pool.name': ({ spec }) => spec.pool.name,
  },
  unknownField: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.nodeName ?? '',
    spec.driver,
    spec.pool.name,
    since(metadata.creationTimestamp, nowMs),
  ],
};
