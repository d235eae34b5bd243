import { deepEqual } from '../../base/freeze.ts';
import type { PodTemplate } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames, formatLabels } from '../shared/columns.ts';
import { fillPodTemplateDefaults } from '../shared/pod-spec-defaults.ts';
import { podTemplateProblems } from '../shared/pod-spec-rules.ts';
import { podTemplateWarnings } from '../shared/pod-warnings.ts';

export const definition: ResourceDefinition<PodTemplate> = {
  resource: 'podtemplates',
  fillDefaults: ({ template }) => fillPodTemplateDefaults(template),
  validate: ({ template }) => podTemplateProblems(template, 'template'),
  checksEnums: true,
  warnings: ({ template }, old) =>
    deepEqual(template, old?.template) ? [] : podTemplateWarnings(template, 'template'),
  generation: ({ template }) => template,
  returnsDeleted: true,
  cells: ({ metadata, template }) => [
    metadata.name,
    containerNames(template.spec.containers),
    containerImages(template.spec.containers),
    formatLabels(template.metadata.labels),
  ],
};
