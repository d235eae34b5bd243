/** What the configuration of the server says about Pod Security. */
import type { Frozen } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Pod } from '../../kube/types.gen.ts';
import { isSame, type LevelVersion, type Policy, policyText } from './policy.ts';

export interface PodSecuritySettings {
  /** What holds where no label says anything. */
  readonly defaults: Readonly<Record<'enforce' | 'audit' | 'warn', LevelVersion>>;
  /** Whom nobody checks. */
  readonly exemptions: {
    readonly usernames: readonly string[];
    readonly runtimeClasses: readonly string[];
    readonly namespaces: readonly string[];
  };
}

const PRIVILEGED: LevelVersion = { level: 'privileged', version: 'latest' };

export const NO_SETTINGS: PodSecuritySettings = {
  defaults: { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED },
  exemptions: { usernames: [], runtimeClasses: [], namespaces: [] },
};

export const hasExemptRuntimeClass = (
  { exemptions }: PodSecuritySettings,
  { runtimeClassName = '' }: Pick<Frozen<Pod>['spec'], 'runtimeClassName'>,
): boolean => runtimeClassName !== '' && exemptions.runtimeClasses.includes(runtimeClassName);

const MODES = ['enforce', 'audit', 'warn'] as const;

/** A warning about labels of a namespace that nobody looks at; undefined where there is nothing to tell. */
export function exemptNamespaceWarning(
  name: string,
  policy: Policy,
  labels: Frozen<Record<string, string>>,
  { defaults }: PodSecuritySettings,
): string | undefined {
  if (MODES.every((mode) => policy[mode].level === 'privileged')) return undefined;
  if (MODES.every((mode) => isSame(policy[mode], defaults[mode]))) return undefined;
  const isLabelled = (mode: string): boolean =>
    ['', '-version'].some((suffix) => Object.hasOwn(labels, `pod-security.kubernetes.io/${mode}${suffix}`));
  const told = MODES.filter((mode) => policy[mode].level !== 'privileged' && isLabelled(mode));
  const text = told.map((mode) => `${mode}=${policyText(policy[mode])}`).join(', ');
  return `namespace ${goQuote(name)} is exempt from Pod Security, and the policy (${text}) will be ignored`;
}
