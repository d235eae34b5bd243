/** What `--admission-control-config-file` says, read and checked. */
import type { EventLimit } from './event-rate-limit.ts';
import type { ImagePolicy } from './image-policy-webhook.ts';
import type { PodSecuritySettings } from './pod-security/settings.ts';
import type { ClusterTolerations } from './pod-toleration-restriction.ts';
import type { LimitedResource } from './resource-quota/limited-resources.ts';
import type { CallerCredentials } from './webhooks/credentials.ts';

export interface AdmissionSettings {
  readonly podSecurity?: PodSecuritySettings;
  readonly eventLimits?: readonly EventLimit[];
  readonly imagePolicy?: ImagePolicy;
  readonly limitedResources?: readonly LimitedResource[];
  /** By namespace; `clusterDefaultNodeSelector` is for those without an annotation. */
  readonly nodeSelectors?: Readonly<Record<string, string>>;
  readonly tolerations?: ClusterTolerations;
  /** How the server presents itself to webhooks. */
  readonly mutatingCredentials?: CallerCredentials;
  readonly validatingCredentials?: CallerCredentials;
}
