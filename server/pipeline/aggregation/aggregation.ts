/** What the pipeline knows about APIs that other servers serve (k8s.io/kube-aggregator). */
import type { Frozen } from '../../base/freeze.ts';
import type { MetricFamily } from '../../base/metrics-text.ts';
import type { Outbound, OutboundStreamRequest } from '../../kube/outbound.ts';
import type { APIService } from '../../kube/types.gen.ts';
import type { RequestInfo } from '../request-info.ts';

export type ApiService = Frozen<APIService>;

/** A group version that another server serves. */
export interface RemoteApi {
  readonly group: string;
  readonly version: string;
  /** Whether its condition says so. */
  readonly isAvailable: boolean;
  /** `https://10.96.0.9:443`. @throws Error when there is no such service */
  origin(): string;
  /** Whether it is a server like this one, which is told who asks by impersonation. */
  readonly isAlike?: true;
  /** Whom to connect to, and whom to trust. */
  connection(): Omit<OutboundStreamRequest, 'url' | 'headers'>;
}

/** A group version in aggregated discovery: `version`, `resources` and `freshness`. */
export interface DiscoveredVersion {
  readonly version: string;
  readonly resources?: readonly object[];
  readonly freshness: 'Current' | 'Stale';
}

/** What another server says of its own OpenAPI documents. */
export interface RemoteSpecs {
  /** OpenAPI v2, only of its group version; undefined when there is none. */
  readonly swagger: object | undefined;
  /** Entries of the index of OpenAPI v3, by the name of the document. */
  readonly documents: ReadonlyMap<string, object>;
}

export interface Aggregation {
  readonly outbound: Outbound;
  /** Whether extension servers take a header (in lower case) for what a proxy says. */
  isProxyHeader(name: string): boolean;
  /** Counts how often anything here has changed. */
  readonly generation: number;
  /** What was counted, for `/metrics`. */
  families(): MetricFamily[];
  /** Forgets it. */
  resetMetrics(): void;
  /** Every APIService there is. */
  services(): readonly ApiService[];
  /** Whether there is a group version that another server serves. */
  readonly hasRemotes: boolean;
  /** Who serves what a request asks for, when that is another server. */
  remoteFor(info: RequestInfo): RemoteApi | undefined;
  /** What servers have told about themselves, by the name of the APIService. Waits for those that are being asked. */
  discovered(): Promise<ReadonlyMap<string, DiscoveredVersion>>;
  /** The same for their documents. */
  specs(): Promise<ReadonlyMap<string, RemoteSpecs>>;
  /** The server that has a document of OpenAPI v3. */
  remoteOfDocument(name: string): Promise<RemoteApi | undefined>;
}

/** The name of the group version's APIService. */
export const serviceName = (group: string, version: string): string => `${version}.${group}`;
