/** Plugins with little to configure. */
import type { ClusterTolerations } from '../../admission/pod-toleration-restriction.ts';
import { decodeConfig, decodePlain, MapShape } from '../../auth/config-shape.ts';
import type { FieldProblem } from '../../kube/field-problem.ts';
import type { Toleration } from '../../kube/types.gen.ts';
import { tolerationsProblems } from '../../resources/shared/pod-spec-rules-scheduling.ts';
import { checked, type PluginConfig } from './plugin-config.ts';

const SELECTORS = { podNodeSelectorPluginConfig: new MapShape('string') };

/** Of PodNodeSelector. @throws Error with a line for each problem */
export function nodeSelectorsOf(config: PluginConfig): Readonly<Record<string, string>> {
  const problems: FieldProblem[] = [];
  const decoded = decodePlain<{ podNodeSelectorPluginConfig?: Readonly<Record<string, string>> }>(
    config.value,
    SELECTORS,
    problems,
  );
  return checked(config, decoded, problems).podNodeSelectorPluginConfig ?? {};
}

const TOLERATIONS = [
  { key: 'string', operator: 'string', value: 'string', effect: 'string', tolerationSeconds: 'integer' },
] as const;
const READING = { versions: ['podtolerationrestriction.admission.k8s.io/v1alpha1'], isLenient: true };

interface Tolerations {
  readonly default?: Toleration[];
  readonly whitelist?: Toleration[];
}

/** Of PodTolerationRestriction. @throws Error with a line for each problem */
export function tolerationsOf(config: PluginConfig): ClusterTolerations {
  const problems: FieldProblem[] = [];
  const shape = { default: TOLERATIONS, whitelist: TOLERATIONS };
  const decoded = decodeConfig<Tolerations>(config.value, 'Configuration', shape, problems, READING);
  const { default: added = [], whitelist = [] } = checked(config, decoded, problems);
  const found = [...tolerationsProblems(added, 'default'), ...tolerationsProblems(whitelist, 'whitelist')];
  return checked(config, { default: added, whitelist }, found);
}
