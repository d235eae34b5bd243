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
/** What is wrong with a level or a version that is none. */
export const LEVEL_RULE = `must be one of ${LEVELS.join(', ')}`;
export const VERSION_RULE = 'must be "latest" or "v1.x"';
const MAX_INT64 = (1n << 63n) - 1n;

/** `restricted:v1.24`, as messages name it. */
export const policyText = ({ level, version }: LevelVersion): string => `${level}:${version}`;

export const isSame = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version;

/** Above zero when `a` is stricter than `b`. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b);

/** The minor version that a policy is pinned to; the latest is beyond all others. */
export const minorOf = (version: string): number =>
  version === LATEST ? Infinity : Number(version.slice('v1.'.length));

export function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

export function isVersion(text: string): boolean {
  const minor = VERSION.exec(text)?.[1];
  return text === LATEST || (minor !== undefined && BigInt(minor) <= MAX_INT64);
}

type Defaults = Readonly<Record<(typeof MODES)[number], LevelVersion>>;

/** The policies that labels ask for. */
export class Policies {
  readonly #defaults: Defaults;
  /** Labels of stored namespaces never change, and every pod asks for those of its namespace. */
  readonly #known = new WeakMap<object, Policy>();

  /** @param defaults what holds where no label says anything */
  constructor(defaults: Defaults) {
    this.#defaults = defaults;
  }

  /** One that cannot be read is as strict as can be, and never warns. */
  of(labels: Frozen<Record<string, string>> | undefined): Policy {
    if (!labels) return { ...this.#defaults, problems: [] };
    let policy = this.#known.get(labels);
    if (!policy) {
      policy = read(labels, this.#defaults);
      if (Object.isFrozen(labels)) this.#known.set(labels, policy);
    }
    return policy;
  }
}

function read(labels: Frozen<Record<string, string>>, defaults: Defaults): Policy {
  const problems: FieldProblem[] = [];
  const refuse = (label: string, value: string, detail: string): void => {
    problems.push(invalid(`metadata.labels[${label}]`, value, detail));
  };
  const given = MODES.map((mode) => {
    const label = `pod-security.kubernetes.io/${mode}`;
    const level = getOwn(labels, label);
    const isKnown = level === undefined || isLevel(level);
    if (!isKnown) refuse(label, level, LEVEL_RULE);
    const version = getOwn(labels, `${label}-version`);
    const isReadable = version === undefined || isVersion(version);
    if (!isReadable) refuse(`${label}-version`, version, VERSION_RULE);
    return {
      mode,
      hasLevel: level !== undefined,
      isKnown,
      hasVersion: version !== undefined,
      level: isKnown
        ? (level ?? defaults[mode].level)
        : mode === 'enforce'
          ? ('restricted' as const)
          : ('privileged' as const),
      version: isReadable ? (version ?? defaults[mode].version) : LATEST,
    };
  });
  const [enforce = defaults.enforce, audit = defaults.audit, warn = defaults.warn] = given;
  const [enforced, , warned] = given;
  // Whoever enforces a level is warned of it too, unless a label says something else.
  const follows = !warned?.hasLevel && enforced?.hasLevel && enforced.isKnown;
  if (!follows || compareLevels(enforce.level, warn.level) <= 0) return { enforce, audit, warn, problems };
  const version = warned?.hasVersion ? warn.version : enforce.version;
  return { enforce, audit, warn: { level: enforce.level, version }, problems };
}
