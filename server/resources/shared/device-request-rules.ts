/** Rules of claims for devices (pkg/apis/resource/validation). */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  internalProblem,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelValueProblems } from '../../kube/names.ts';
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
} from '../../kube/types.gen.ts';
import { selectorFault } from '../../schema/cel/devices/selector.ts';
import { opaqueDriverProblems, opaqueProblems, tolerationChoiceProblems } from './device-rules.ts';

const MODES = ['All', 'ExactCount'];
const MAX_ITEMS = 32;
/** Of an expression. */
const MAX_EXPRESSION = 10 * 1024;
const MAX_ALTERNATIVES = 8;
const REFERENCE_DETAIL =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

type Claim = Frozen<DeviceClaim>;

/** Problems of `spec.devices`: first those that upstream finds in code, then its declarative rules. */
export function deviceClaimProblems(claim: Claim, path: string): FieldProblem[] {
  const { requests, constraints = [], config = [] } = claim;
  const problems: FieldProblem[] = [];
  // Lists that are too long are not looked into.
  if ((requests?.length ?? 0) <= MAX_ITEMS) {
    (requests ?? []).forEach((request, i) => {
      problems.push(...requestProblems(request, `${path}.requests[${i}]`));
    });
  }
  constraints.slice(0, constraints.length > MAX_ITEMS ? 0 : undefined).forEach((constraint, i) => {
    problems.push(...constraintProblems(constraint, claim, `${path}.constraints[${i}]`));
  });
  config.slice(0, config.length > MAX_ITEMS ? 0 : undefined).forEach((one, i) => {
    problems.push(...referencesProblems(one.requests ?? [], claim, `${path}.config[${i}].requests`));
    problems.push(...opaqueProblems(one.opaque, `${path}.config[${i}]`));
  });
  return [...problems, ...declarativeProblems(claim, path)];
}

function nameProblems(name: string, path: string): FieldProblem[] {
  return dnsLabelProblems(name).map((detail) => invalid(path, name, detail));
}

function requestProblems({ name, exactly, firstAvailable = [] }: Frozen<DeviceRequest>, path: string): FieldProblem[] {
  const problems = nameProblems(name, `${path}.name`);
  const rule = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly && firstAvailable.length > 0) {
    return [...problems, invalid(path, null, `${rule}, but multiple fields are set`)];
  }
  if (!exactly && firstAvailable.length === 0) return [...problems, required(path, rule)];
  if (exactly) {
    const { deviceClassName } = exactly;
    if (deviceClassName === '') problems.push(required(`${path}.exactly.deviceClassName`));
    else problems.push(...classNameProblems(deviceClassName, `${path}.exactly.deviceClassName`));
    return [...problems, ...commonProblems(exactly, `${path}.exactly`)];
  }
  if (firstAvailable.length > MAX_ALTERNATIVES) return problems;
  firstAvailable.forEach((alternative, i) => {
    const at = `${path}.firstAvailable[${i}]`;
    problems.push(...nameProblems(alternative.name, `${at}.name`), ...commonProblems(alternative, at));
  });
  return problems;
}

function classNameProblems(name: string, path: string): FieldProblem[] {
  return dnsSubdomainProblems(name).map((detail) => invalid(path, name, detail));
}

type AnyRequest = Frozen<ExactDeviceRequest> | Frozen<DeviceSubRequest>;

function commonProblems(
  { selectors = [], allocationMode, count = 0, tolerations = [] }: AnyRequest,
  path: string,
): FieldProblem[] {
  const problems = selectorListProblems(selectors, `${path}.selectors`);
  if (allocationMode === 'All' && count !== 0) {
    problems.push(invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'"));
  }
  if (allocationMode === 'ExactCount' && count <= 0) {
    problems.push(invalid(`${path}.count`, count, 'must be greater than zero'));
  }
  tolerations.forEach((toleration, i) => {
    problems.push(...tolerationProblems(toleration, `${path}.tolerations[${i}]`));
  });
  return problems;
}

/** Selectors of requests and of classes have to have an expression that can be used. */
export function selectorListProblems(selectors: readonly Frozen<DeviceSelector>[], path: string): FieldProblem[] {
  if (selectors.length > MAX_ITEMS) return [];
  return selectors.flatMap(({ cel }, i) => {
    const at = `${path}[${i}].cel`;
    return cel ? expressionProblems(cel.expression, `${at}.expression`) : [required(at)];
  });
}

function expressionProblems(expression: string, path: string): FieldProblem[] {
  // Nobody compiles what is too long.
  if (Buffer.byteLength(expression) > MAX_EXPRESSION) return [tooLong(path, MAX_EXPRESSION)];
  const fault = selectorFault(expression);
  if (!fault) return [];
  if (fault.kind === 'forbidden') return [forbiddenField(path, fault.message)];
  return [fault.kind === 'internal' ? internalProblem(path, fault.message) : invalid(path, expression, fault.message)];
}

function tolerationProblems({ operator, value = '' }: Frozen<DeviceToleration>, path: string): FieldProblem[] {
  if (operator === 'Exists' && value !== '') {
    return [invalid(`${path}.value`, value, 'must be empty for operator `Exists`')];
  }
  if (operator !== 'Equal') return [];
  return labelValueProblems(value).map((detail) => invalid(`${path}.value`, value, detail));
}

function constraintProblems(constraint: Frozen<DeviceConstraint>, claim: Claim, path: string): FieldProblem[] {
  const problems = referencesProblems(constraint.requests ?? [], claim, `${path}.requests`);
  const { matchAttribute, distinctAttribute } = constraint;
  if (matchAttribute !== undefined || distinctAttribute !== undefined) return problems;
  const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  return [...problems, required(path, detail)];
}

/** References to requests and their alternatives: `request` or `request/alternative`. */
function referencesProblems(references: readonly string[], { requests }: Claim, path: string): FieldProblem[] {
  if (references.length > MAX_ITEMS) return [];
  return references.flatMap((reference, i) => {
    const at = `${path}[${i}]`;
    const [name = '', alternative, ...more] = reference.split('/');
    if (more.length > 0) return [invalid(at, reference, REFERENCE_DETAIL)];
    const parts = alternative === undefined ? [name] : [name, alternative];
    const problems = parts.flatMap((part) => nameProblems(part, at));
    const request = requests?.findLast((one) => one.name === name);
    const isKnown = request?.firstAvailable?.some((one) => one.name === alternative) ?? false;
    if (!request || (alternative !== undefined && !isKnown)) problems.push(invalid(at, reference, REFERENCE_DETAIL));
    return problems;
  });
}

function declarativeProblems({ requests, constraints = [], config = [] }: Claim, path: string): FieldProblem[] {
  return [
    ...listProblems(requests ?? [], MAX_ITEMS, `${path}.requests`, ({ name }) => name, declaredRequestProblems),
    ...listProblems(constraints, MAX_ITEMS, `${path}.constraints`, undefined, declaredReferenceProblems),
    ...listProblems(config, MAX_ITEMS, `${path}.config`, undefined, (one, at) => [
      ...declaredReferenceProblems(one, at),
      ...opaqueDriverProblems(one.opaque, at),
    ]),
  ];
}

/** Size, repetition and items of a list, as declarative rules go. */
function listProblems<Item>(
  items: readonly Item[],
  max: number,
  path: string,
  keyOf: ((item: Item) => string) | undefined,
  itemProblems: (item: Item, path: string) => FieldProblem[],
): FieldProblem[] {
  if (items.length > max) return [tooMany(path, items.length, max)];
  const problems: FieldProblem[] = [];
  if (keyOf) {
    const keys = items.map(keyOf);
    keys.forEach((key, i) => {
      if (keys.indexOf(key) < i) problems.push(duplicate(`${path}[${i}]`, items[i]));
    });
  }
  return [...problems, ...items.flatMap((item, i) => itemProblems(item, `${path}[${i}]`))];
}

function declaredRequestProblems(
  { exactly, firstAvailable = [] }: Frozen<DeviceRequest>,
  path: string,
): FieldProblem[] {
  const problems = exactly ? declaredCommonProblems(exactly, `${path}.exactly`) : [];
  const at = `${path}.firstAvailable`;
  const check = (alternative: Frozen<DeviceSubRequest>, itemPath: string): FieldProblem[] => {
    const { deviceClassName: name } = alternative;
    const classPath = `${itemPath}.deviceClassName`;
    const own = name === '' ? [required(classPath)] : classNameProblems(name, classPath);
    return [...own, ...declaredCommonProblems(alternative, itemPath)];
  };
  return [...problems, ...listProblems(firstAvailable, MAX_ALTERNATIVES, at, ({ name }) => name, check)];
}

function declaredCommonProblems(
  { selectors = [], allocationMode = '', tolerations = [] }: AnyRequest,
  path: string,
): FieldProblem[] {
  const problems = listProblems(selectors, MAX_ITEMS, `${path}.selectors`, undefined, () => []);
  if (allocationMode !== '' && !MODES.includes(allocationMode)) {
    problems.push(notSupported(`${path}.allocationMode`, allocationMode, MODES));
  }
  tolerations.forEach((toleration, i) => {
    problems.push(...tolerationChoiceProblems(toleration, `${path}.tolerations[${i}]`));
  });
  return problems;
}

function declaredReferenceProblems(
  item: Frozen<DeviceConstraint> | Frozen<DeviceClaimConfiguration>,
  path: string,
): FieldProblem[] {
  return listProblems(
    item.requests ?? [],
    MAX_ITEMS,
    `${path}.requests`,
    (name) => name,
    () => [],
  );
}
