import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type {
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { levelV1beta3, PRESERVE_ZERO, V1BETA3 } from '../shared/flow-control-v1beta3.ts';
import { flowConditionProblems } from '../shared/flow-schema-rules.ts';

type Level = Frozen<PriorityLevelConfiguration>;

const MAX_QUEUES = 10_000_000;
const MAX_HASH_BITS = 60;
const NEGATIVE = 'must be a non-negative integer';

function fillDefaults({ spec: { limited, exempt } }: PriorityLevelConfiguration): void {
  if (exempt) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
  if (!limited) return;
  limited.nominalConcurrencyShares ??= 30;
  limited.lendablePercent ??= 0;
  const { queuing } = limited.limitResponse;
  if (!queuing) return;
  queuing.handSize ||= 8;
  queuing.queues ||= 64;
  queuing.queueLengthLimit ||= 50;
}

function validate({ metadata, spec, status }: Level): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { type, limited, exempt } = spec;
  if (getOwn(metadata.annotations, PRESERVE_ZERO) !== undefined) {
    problems.push(forbiddenField('metadata.annotations', `annotation '${PRESERVE_ZERO}' is forbidden`));
  }
  if ((metadata.name === 'exempt') !== (type === 'Exempt')) {
    problems.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  if (type === 'Exempt' && exempt) {
    const { nominalConcurrencyShares: shares = 0, lendablePercent } = exempt;
    if (shares < 0) problems.push(invalid('spec.exempt.nominalConcurrencyShares', shares, NEGATIVE));
    problems.push(...percentProblems('spec.exempt.lendablePercent', lendablePercent));
  } else if (type === 'Limited' && limited) problems.push(...limitedProblems(limited));
  else if (type !== '' && type !== 'Exempt' && type !== 'Limited') {
    problems.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
  }
  return [...problems, ...flowConditionProblems(status.conditions), ...unionProblems(spec)];
}

function percentProblems(path: string, percent: number | undefined): FieldProblem[] {
  const fits = percent === undefined || (percent >= 0 && percent <= 100);
  return fits ? [] : [invalid(path, percent, 'must be between 0 and 100, inclusive')];
}

function limitedProblems(limited: Frozen<LimitedPriorityLevelConfiguration>): FieldProblem[] {
  const path = 'spec.limited';
  const problems: FieldProblem[] = [];
  const {
    nominalConcurrencyShares: shares,
    limitResponse,
    lendablePercent,
    borrowingLimitPercent: borrowing,
  } = limited;
  if ((shares ?? 0) < 0) problems.push(invalid(`${path}.nominalConcurrencyShares`, shares, NEGATIVE));
  const { type, queuing } = limitResponse;
  const at = `${path}.limitResponse`;
  if (type === 'Queue' && queuing) problems.push(...queuingProblems(queuing, `${at}.queuing`));
  else if (type !== '' && type !== 'Queue' && type !== 'Reject') {
    problems.push(notSupported(`${at}.type`, type, ['Queue', 'Reject']));
  }
  problems.push(...percentProblems(`${path}.lendablePercent`, lendablePercent));
  if ((borrowing ?? 0) < 0) {
    problems.push(invalid(`${path}.borrowingLimitPercent`, borrowing, `if specified, ${NEGATIVE}`));
  }
  return problems;
}

function queuingProblems(
  { queueLengthLimit, queues, handSize }: Frozen<QueuingConfiguration>,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (queueLengthLimit <= 0) problems.push(invalid(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) problems.push(invalid(`${path}.queues`, queues, 'must be positive'));
  else if (queues > MAX_QUEUES)
    problems.push(invalid(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  const refuse = (detail: string): number => problems.push(invalid(`${path}.handSize`, handSize, detail));
  // shufflesharding.RequiredEntropyBits.
  const bits = Math.ceil(Math.log2(queues) * handSize);
  if (handSize <= 0) refuse('must be positive');
  else if (handSize > queues) refuse(`should not be greater than queues (${queues})`);
  else if (bits > MAX_HASH_BITS) {
    const needed = `required entropy bits of deckSize ${queues} and handSize ${handSize}`;
    refuse(`${needed} should not be greater than ${MAX_HASH_BITS}`);
  }
  return problems;
}

/** Which parts go with which type: declarative upstream, so without words and at the end. */
function unionProblems({ type, limited, exempt }: Level['spec']): FieldProblem[] {
  const problems = [
    ...memberProblems('spec.exempt', exempt, type === 'Exempt', false),
    ...memberProblems('spec.limited', limited, type === 'Limited', true),
  ];
  if (type === '') problems.push(required('spec.type'));
  return limited ? [...problems, ...responseProblems(limited.limitResponse)] : problems;
}

function responseProblems({ type, queuing }: Frozen<LimitResponse>): FieldProblem[] {
  const path = 'spec.limited.limitResponse';
  const problems = memberProblems(`${path}.queuing`, queuing, type === 'Queue', true);
  return type === '' ? [...problems, required(`${path}.type`)] : problems;
}

function memberProblems(path: string, member: unknown, belongs: boolean, isRequired: boolean): FieldProblem[] {
  if (belongs) return member === undefined && isRequired ? [required(path)] : [];
  return member === undefined ? [] : [{ field: path, reason: 'FieldValueForbidden', message: 'Forbidden' }];
}

export const definition: ResourceDefinition<PriorityLevelConfiguration> = {
  resource: 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  rechecksGenerateName: true,
  fillDefaults,
  beforeCreate(level) {
    clearStatus(level, 'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus');
    return undefined;
  },
  validate,
  validateStatus: ({ status }) => flowConditionProblems(status.conditions),
  generation: ({ spec }) => spec,
  versions: { [V1BETA3]: levelV1beta3 },
  // All metadata, upstream says.
  statusKeeps: ['generateName', 'labels', 'annotations', 'finalizers', 'ownerReferences'],
  cells({ metadata, spec }, nowMs) {
    const queuing = spec.limited?.limitResponse.queuing;
    return [
      metadata.name,
      spec.type,
      spec.limited?.nominalConcurrencyShares ?? '<none>',
      queuing?.queues ?? '<none>',
      queuing?.handSize ?? '<none>',
      queuing?.queueLengthLimit ?? '<none>',
      since(metadata.creationTimestamp, nowMs),
    ];
  },
};
