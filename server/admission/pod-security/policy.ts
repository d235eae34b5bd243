/** Which levels of the Pod Security Standards hold in a namespace: the labels `pod-security.kubernetes.io/…`. */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';

export interface LevelVersion {
  readonly level: Level;
  /** `latest` or `v1.24`. */
  readonly version: string;
}

export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
  /** Labels that cannot be read. */
  readonly problems: readonly FieldProblem[];
}

/** From the loosest to the strictest. */
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const LATEST = 'latest';
const MODES = ['enforce', 'audit', 'warn'] as const;
const VERSION = /^v1\.(\d|[1-9]\d*)$/;
const MAX_INT64 = (1n << 63n) - 1n;

const PRIVILEGED: LevelVersion = { level: 'privileged', version: LATEST };

/** What holds where no label says anything. */
const NO_POLICY: Policy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED, problems: [] };

/** `restricted:v1.24`, as messages name it. */
export const policyText = ({ level, version }: LevelVersion): string => `${level}:${version}`;

export const isSame = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version;

/** Above zero when `a` is stricter than `b`. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b);

/** The minor version that a policy is pinned to; the latest is beyond all others. */
export const minorOf = (version: string): number =>
  version === LATEST ? Infinity : Number(version.slice('v1.'.length));

function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

function isVersion(text: string): boolean {
  const minor = VERSION.exec(text)?.[1];
  return text === LATEST || (minor !== undefined && BigInt(minor) <= MAX_INT64);
}

/** Labels of stored namespaces never change, and every pod asks for those of its namespace. */
const known = new WeakMap<object, Policy>();

/** The policy that labels ask for. One that cannot be read is as strict as can be, and never warns. */
export function policyOf(labels: Frozen<Record<string, string>> | undefined): Policy {
  if (!labels) return NO_POLICY;
  let policy = known.get(labels);
  if (!policy) {
    policy = read(labels);
    if (Object.isFrozen(labels)) known.set(labels, policy);
  }
  return policy;
}

function read(labels: Frozen<Record<string, string>>): Policy {
  const problems: FieldProblem[] = [];
  const refuse = (label: string, value: string, detail: string): void => {
    problems.push(invalid(`metadata.labels[${label}]`, value, detail));
  };
  const given = MODES.map((mode) => {
    const label = `pod-security.kubernetes.io/${mode}`;
    const level = getOwn(labels, label);
    const isKnown = level === undefined || isLevel(level);
    if (!isKnown) refuse(label, level, `must be one of ${LEVELS.join(', ')}`);
    const version = getOwn(labels, `${label}-version`);
    const isReadable = version === undefined || isVersion(version);
    if (!isReadable) refuse(`${label}-version`, version, 'must be "latest" or "v1.x"');
    return {
      mode,
      hasLevel: level !== undefined,
      isKnown,
      hasVersion: version !== undefined,
      level: isKnown ? (level ?? 'privileged') : mode === 'enforce' ? ('restricted' as const) : ('privileged' as const),
      version: isReadable ? (version ?? LATEST) : LATEST,
    };
  });
  const [enforce = PRIVILEGED, audit = PRIVILEGED, warn = PRIVILEGED] = given;
  const [enforced, , warned] = given;
  // Whoever enforces a level is warned of it too, unless a label says something else.
  const follows = !warned?.hasLevel && enforced?.hasLevel && enforced.isKnown;
  if (!follows || compareLevels(enforce.level, warn.level) <= 0) return { enforce, audit, warn, problems };
  const version = warned?.hasVersion ? warn.version : enforce.version;
  return { enforce, audit, warn: { level: enforce.level, version }, problems };
}
