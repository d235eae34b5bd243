/** Rules that several kinds of resource.k8s.io share (pkg/apis/resource/validation). */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required, tooLong } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems, labelValueProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { DeviceTaint, DeviceToleration, OpaqueDeviceConfiguration } from '../../kube/types.gen.ts';
import { caselessSubdomainProblems } from './name-rules.ts';

const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const OPERATORS = ['Equal', 'Exists'];
const MAX_POOL_NAME = 253;
const MAX_DRIVER_NAME = 63;

/** Names of pools: domain names with slashes between them. */
export function poolNameProblems(name: string, path: string): FieldProblem[] {
  if (name === '') return [required(path)];
  const problems = name.length > MAX_POOL_NAME ? [tooLong(path, MAX_POOL_NAME)] : [];
  for (const part of name.split('/')) {
    problems.push(...dnsSubdomainProblems(part).map((detail) => invalid(path, part, detail)));
  }
  return problems;
}

/** A configuration that only a driver understands: an object, of which messages show nothing. */
export function opaqueProblems(opaque: Frozen<OpaqueDeviceConfiguration> | undefined, path: string): FieldProblem[] {
  if (!opaque) return [required(`${path}.opaque`)];
  const { parameters } = opaque;
  const at = `${path}.opaque.parameters`;
  if (parameters === undefined || parameters === null) return [required(at)];
  const isObject = typeof parameters === 'object' && !Array.isArray(parameters);
  return isObject ? [] : [invalid(at, '<value omitted>', 'must be a valid JSON object')];
}

/** The driver of such a configuration, which upstream checks with declarative rules. */
export function opaqueDriverProblems(
  opaque: Frozen<OpaqueDeviceConfiguration> | undefined,
  path: string,
): FieldProblem[] {
  if (!opaque) return [];
  const { driver } = opaque;
  const at = `${path}.opaque.driver`;
  if (driver === '') return [required(at)];
  const problems = caselessSubdomainProblems(driver).map((detail) => invalid(at, driver, detail));
  return driver.length > MAX_DRIVER_NAME ? [...problems, tooLong(at, MAX_DRIVER_NAME)] : problems;
}

/** Rules of a taint. An effect that was already there stays, whatever it is. */
export function deviceTaintProblems(
  taint: Frozen<DeviceTaint>,
  path: string,
  old?: Frozen<DeviceTaint>,
): FieldProblem[] {
  const { key, value = '', effect } = taint;
  const problems = qualifiedNameProblems(key).map((detail) => invalid(`${path}.key`, key, detail));
  if (value !== '')
    problems.push(...labelValueProblems(value).map((detail) => invalid(`${path}.value`, value, detail)));
  if (old?.effect === effect) return problems;
  if (effect === '') return [...problems, required(`${path}.effect`)];
  return EFFECTS.includes(effect) ? problems : [...problems, notSupported(`${path}.effect`, effect, EFFECTS)];
}

/** The choices in a toleration, which upstream checks with declarative rules. */
export function tolerationChoiceProblems(
  { key = '', operator, effect = '' }: Frozen<DeviceToleration>,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (key !== '') problems.push(...qualifiedNameProblems(key).map((detail) => invalid(`${path}.key`, key, detail)));
  if (operator === '') problems.push(required(`${path}.operator`));
  else if (!OPERATORS.includes(operator)) problems.push(notSupported(`${path}.operator`, operator, OPERATORS));
  if (effect !== '' && !EFFECTS.includes(effect)) problems.push(notSupported(`${path}.effect`, effect, EFFECTS));
  return problems;
}
