import { goQuote } from '../../../kube/go-quote.ts';
import { type CelType, structType } from '../types/cel-type.ts';
import type { Library } from '../types/functions.ts';
import { CelError, CelOpaque, toInt, type Value } from '../values/value.ts';

const TYPE = structType('kubernetes.Semver');

/** A semantic version. */
export class CelSemver extends CelOpaque {
  readonly type: CelType = TYPE;
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly prerelease: readonly string[];

  constructor(numbers: CelSemver['numbers'], prerelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelSemver && compare(this, other) === 0;
  }
}

class SemverFault extends Error {}

/** Reads a version. @returns an error when it is none */
export function parse(text: string): CelSemver | CelError {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof SemverFault) return new CelError(error.message);
    throw error;
  }
}

function read(text: string): CelSemver {
  if (text === '') throw new SemverFault('Version string empty');
  const [major, minor, ...rest] = text.split('.');
  if (major === undefined || minor === undefined || rest.length === 0) {
    throw new SemverFault('No Major.Minor.Patch elements found');
  }
  const numbers = [number('major', major), number('minor', minor)] as const;
  const [, patch = '', prerelease, build] = /^([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(rest.join('.')) ?? [];
  const third = number('patch', patch);
  const parts = prerelease?.split('.') ?? [];
  for (const part of parts) checkPrerelease(part);
  for (const part of build?.split('.') ?? []) {
    if (part === '') throw new SemverFault('Build meta data is empty');
    if (!/^[\dA-Za-z-]+$/.test(part)) throw invalid('build meta data', part);
  }
  return new CelSemver([...numbers, third], parts);
}

function number(name: string, text: string): bigint {
  if (!/^\d*$/.test(text)) throw invalid(`${name} number`, text);
  if (text.length > 1 && text.startsWith('0')) {
    const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    throw new SemverFault(`${title} number must not contain leading zeroes ${goQuote(text)}`);
  }
  const head = `strconv.ParseUint: parsing ${goQuote(text)}: `;
  if (text === '') throw new SemverFault(`${head}invalid syntax`);
  const value = BigInt(text);
  if (value >= 1n << 64n) throw new SemverFault(`${head}value out of range`);
  return value;
}

function checkPrerelease(part: string): void {
  if (part === '') throw new SemverFault('Prerelease is empty');
  if (/^\d+$/.test(part)) {
    if (part.length > 1 && part.startsWith('0')) {
      throw new SemverFault(`Numeric PreRelease version must not contain leading zeroes ${goQuote(part)}`);
    }
  } else if (!/^[\dA-Za-z-]+$/.test(part)) throw invalid('prerelease', part);
}

function invalid(what: string, text: string): SemverFault {
  return new SemverFault(`Invalid character(s) found in ${what} ${goQuote(text)}`);
}

/** Without the `v`, with what is missing filled up, without leading zeros. */
function parseNormalized(text: string): CelSemver | CelError {
  const [first = '', second, ...others] = text.replace(/^v/, '').split('.');
  const given =
    second === undefined ? [first] : others.length === 0 ? [first, second] : [first, second, others.join('.')];
  const parts = given.map((part) => part.replace(/^0+(?=\d)/, ''));
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) {
    return new CelError('short version cannot contain PreRelease/Build meta data');
  }
  while (parts.length < 3) parts.push('0');
  return parse(parts.join('.'));
}

const parseAs = (text: string, normalize: boolean): CelSemver | CelError =>
  normalize ? parseNormalized(text) : parse(text);

function compare(one: CelSemver, other: CelSemver): number {
  for (const [index, value] of one.numbers.entries()) {
    const second = other.numbers[index] ?? 0n;
    if (value !== second) return value < second ? -1 : 1;
  }
  // A release comes after its prereleases.
  if (one.prerelease.length === 0 || other.prerelease.length === 0) {
    return Math.sign(other.prerelease.length - one.prerelease.length);
  }
  for (const [index, part] of one.prerelease.entries()) {
    const second = other.prerelease[index];
    if (second === undefined) return 1;
    const order = comparePrerelease(part, second);
    if (order !== 0) return order;
  }
  return one.prerelease.length < other.prerelease.length ? -1 : 0;
}

function comparePrerelease(one: string, other: string): number {
  const [first, second] = [one, other].map((part) => (/^\d+$/.test(part) ? BigInt(part) : undefined));
  if (first !== undefined && second !== undefined) return first < second ? -1 : Number(first > second);
  if (first !== undefined || second !== undefined) return first === undefined ? 1 : -1;
  return one < other ? -1 : Number(one > other);
}

const part =
  (index: 0 | 1 | 2) =>
  ({ numbers }: CelSemver): Value =>
    toInt(BigInt.asIntN(64, numbers[index]));

export const SEMVER: Library = {
  semver: {
    'string_to_semver(string): kubernetes.Semver': parse,
    'string_bool_to_semver(string, bool): kubernetes.Semver': parseAs,
  },
  isSemver: {
    'is_semver_string(string): bool': (text: string) => !(parse(text) instanceof CelError),
    'is_semver_string_bool(string, bool): bool': (text: string, normalize: boolean) =>
      !(parseAs(text, normalize) instanceof CelError),
  },
  isGreaterThan: {
    '.semver_is_greater_than(kubernetes.Semver, kubernetes.Semver): bool': (one: CelSemver, other: CelSemver) =>
      compare(one, other) > 0,
  },
  isLessThan: {
    '.semver_is_less_than(kubernetes.Semver, kubernetes.Semver): bool': (one: CelSemver, other: CelSemver) =>
      compare(one, other) < 0,
  },
  compareTo: { '.semver_compare_to(kubernetes.Semver, kubernetes.Semver): int': compare },
  major: { '.semver_major(kubernetes.Semver): int': part(0) },
  minor: { '.semver_minor(kubernetes.Semver): int': part(1) },
  patch: { '.semver_patch(kubernetes.Semver): int': part(2) },
};
