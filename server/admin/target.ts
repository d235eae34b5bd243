/** What the routes below `/-/` work on: one cluster. */
import type { ClockControls } from '../cluster/cluster-clock.ts';
import type { InitHooks } from '../cluster/init/init-hooks.ts';
import type { RequestLog } from '../cluster/journal/request-log.ts';
import type { Finding } from '../cluster/lint/finding.ts';
import type { Permissions } from '../cluster/permissions/permissions.ts';
import type { PodScripts } from '../cluster/pod-scripts.ts';
import type { Savepoints } from '../cluster/savepoints/savepoints.ts';
import type { SimulatedMetrics } from '../cluster/simulated-metrics.ts';
import type { WhyParts } from '../cluster/why/why.ts';
import type { Faults } from '../pipeline/faults/faults.ts';
import type { FidelityReport } from '../pipeline/fidelity/client-requests.ts';
import type { Catalog } from '../registry/catalog.ts';
import type { AdminAccess } from './access.ts';
import type { VirtualClusterAdmin } from './clusters.ts';
import type { ControllerSwitches } from './controllers.ts';
import type { UiSessions } from './ui-sessions.ts';

export interface AdminTarget {
  readonly access: AdminAccess;
  /** v1.37.2 */
  readonly kubernetesVersion: string;
  kubeconfig(): string;
  reset(): Promise<void>;
  /** Waits until nobody has anything to do. @throws NotSettled */
  settle(timeoutMs?: number): Promise<void>;
  readonly clock: ClockControls;
  /** Creates or changes the objects of a text in YAML or JSON. @throws Error that says which cannot be */
  apply(manifest: string): Promise<void>;
  /** What clients have asked for, and how faithfully it was answered. */
  fidelity(): FidelityReport;
  readonly controllers: ControllerSwitches;
  /** Metrics that somebody tells; undefined unless they are simulated. */
  readonly metrics: SimulatedMetrics | undefined;
  /** What goes wrong because somebody wants it to. */
  readonly faults: Faults;
  /** What pods are told to do. */
  readonly scripts: PodScripts;
  readonly savepoints: Savepoints;
  readonly catalog: Catalog;
  /** Browsers that show the dashboard. */
  readonly uiSessions: UiSessions;
  /** Other clusters of the process; undefined in those. */
  readonly clusters: VirtualClusterAdmin | undefined;
  /** What clients have asked for. */
  readonly requests: RequestLog;
  /** Where it is found out why an object is as it is. */
  readonly why: WhyParts;
  /** Looks for bad habits of clients, after a mark or since a time. */
  lint(since: number | Date): Promise<readonly Finding[]>;
  /** Which permissions users have used. */
  readonly permissions: Permissions;
  /** What runs at the start; undefined without a folder of hooks. */
  readonly init: InitHooks | undefined;
}
