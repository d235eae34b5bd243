import { isLevel, isVersion, LEVEL_RULE, type Level, VERSION_RULE } from '../../admission/pod-security/policy.ts';
import type { PodSecuritySettings } from '../../admission/pod-security/settings.ts';
import { decodeConfig } from '../../auth/config-shape.ts';
import { duplicate, type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import { checked, type PluginConfig } from './plugin-config.ts';

const MODES = ['enforce', 'warn', 'audit'] as const;
type Mode = (typeof MODES)[number];

const SHAPE = {
  defaults: {
    enforce: 'string',
    'enforce-version': 'string',
    audit: 'string',
    'audit-version': 'string',
    warn: 'string',
    'warn-version': 'string',
  },
  exemptions: { usernames: ['string'], runtimeClasses: ['string'], namespaces: ['string'] },
} as const;

const READING = {
  versions: ['v1', 'v1beta1', 'v1alpha1'].map((version) => `pod-security.admission.config.k8s.io/${version}`),
  isLenient: true,
};

interface Configuration {
  readonly defaults?: Readonly<Partial<Record<Mode | `${Mode}-version`, string>>>;
  readonly exemptions?: Partial<PodSecuritySettings['exemptions']>;
}

/** @throws Error with a line for each problem */
export function podSecurityOf(config: PluginConfig): PodSecuritySettings {
  const problems: FieldProblem[] = [];
  const kind = 'PodSecurityConfiguration';
  const decoded = decodeConfig<Configuration>(config.value, kind, SHAPE, problems, READING);
  const { defaults = {}, exemptions = {} } = checked(config, decoded, problems);
  const found: FieldProblem[] = [];
  const levels = MODES.map((mode) => {
    const [level, version] = [defaults[mode] || 'privileged', defaults[`${mode}-version`] || 'latest'];
    if (!isLevel(level)) found.push(invalid(`defaults.${mode}`, level, LEVEL_RULE));
    if (!isVersion(version)) found.push(invalid(`defaults.${mode}-version`, version, VERSION_RULE));
    return [mode, { level: level as Level, version }] as const;
  });
  const { namespaces = [], runtimeClasses = [], usernames = [] } = exemptions;
  const unnamed = (name: string): string[] => (name === '' ? ['username must not be empty'] : []);
  found.push(
    ...namesProblems('namespaces', namespaces, dnsLabelProblems),
    ...namesProblems('runtimeClasses', runtimeClasses, dnsSubdomainProblems),
    ...namesProblems('usernames', usernames, unnamed),
  );
  const settings = {
    defaults: Object.fromEntries(levels) as PodSecuritySettings['defaults'],
    exemptions: { namespaces, runtimeClasses, usernames },
  };
  return checked(config, settings, found);
}

function namesProblems(field: string, names: readonly string[], rule: (name: string) => string[]): FieldProblem[] {
  return names.flatMap((name, i) => {
    const path = `exemptions.${field}[${i}]`;
    const details = rule(name);
    if (details.length > 0) return [invalid(path, name, details.join(', '))];
    return names.indexOf(name) < i ? [duplicate(path, name)] : [];
  });
}
