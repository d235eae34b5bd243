import type { LimitedResource } from '../../admission/resource-quota/limited-resources.ts';
import { decodeConfig } from '../../auth/config-shape.ts';
import { type FieldProblem, required } from '../../kube/field-problem.ts';
import { checked, type PluginConfig } from './plugin-config.ts';

const SHAPE = {
  limitedResources: [
    {
      apiGroup: 'string',
      resource: 'string',
      matchContains: ['string'],
      matchScopes: [{ scopeName: 'string', operator: 'string', values: ['string'] }],
    },
  ],
} as const;

const KINDS = {
  ResourceQuotaConfiguration: ['apiserver.config.k8s.io/v1'],
  Configuration: ['resourcequota.admission.k8s.io/v1beta1', 'resourcequota.admission.k8s.io/v1alpha1'],
} as const;

/** @throws Error with a line for each problem */
export function limitedResourcesOf(config: PluginConfig): readonly LimitedResource[] {
  const problems: FieldProblem[] = [];
  const { kind: given } = (config.value ?? {}) as { readonly kind?: unknown };
  const kind = given === 'Configuration' ? given : 'ResourceQuotaConfiguration';
  const reading = { versions: KINDS[kind], isLenient: true };
  const decoded = decodeConfig<{ limitedResources?: readonly Partial<LimitedResource>[] }>(
    config.value,
    kind,
    SHAPE,
    problems,
    reading,
  );
  const { limitedResources = [] } = checked(config, decoded, problems);
  const found = limitedResources.flatMap(({ resource = '' }, i) =>
    resource === '' ? [required(`limitedResources[${i}].resource`)] : [],
  );
  return checked(
    config,
    limitedResources.map(({ apiGroup = '', resource = '', matchContains = [], matchScopes = [] }) => ({
      apiGroup,
      resource,
      matchContains,
      matchScopes,
    })),
    found,
  );
}
