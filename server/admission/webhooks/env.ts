import type { Outbound, ServiceConnector } from '../../kube/outbound.ts';
import type { Catalog } from '../../registry/catalog.ts';
import type { AdmissionMetrics } from '../metrics.ts';
import type { AdmissionEnv } from '../plugin.ts';
import type { CallerCredentials } from './credentials.ts';
import type { MatchConditions } from './match-conditions.ts';

/** What the calling of webhooks needs of the cluster around it. */
export interface WebhookEnv extends Pick<AdmissionEnv, 'find' | 'random'> {
  /** There is none before the first request. */
  readonly catalog: () => Catalog;
  readonly outbound: Outbound;
  readonly services: ServiceConnector;
  readonly matchConditions: MatchConditions;
  readonly metrics: AdmissionMetrics;
  /** Who the server is to webhooks that ask. */
  readonly credentials?: CallerCredentials;
}
