import { since } from '../../kube/human-duration.ts';
import type { ValidatingWebhookConfiguration } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { staticNameProblems, staticNameWarnings } from '../shared/admission-rules.ts';
import { fillWebhookDefaults, webhookProblems, webhookWarnings } from '../shared/webhook-rules.ts';

export const definition: ResourceDefinition<ValidatingWebhookConfiguration> = {
  resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  fillDefaults: ({ webhooks }) => fillWebhookDefaults(webhooks),
  checksEnums: true,
  validate: ({ metadata, webhooks }, old) => [
    ...webhookProblems(webhooks, old?.webhooks),
    ...(old ? [] : staticNameProblems(metadata.name)),
  ],
  warnings: ({ metadata, webhooks }, old) => [
    ...(old ? staticNameWarnings(metadata.name) : []),
    ...webhookWarnings(webhooks),
  ],
  generation: ({ webhooks }) => webhooks ?? [],
  cells: ({ metadata, webhooks }, nowMs) => [
    metadata.name,
    webhooks?.length ?? 0,
    since(metadata.creationTimestamp, nowMs),
  ],
};
