import type { createControllers } from '../controllers/index.ts';
import type { createKubelet } from '../controllers/kubelet/index.ts';
import type { AdminTarget } from './admin/target.ts';
import type { KeyAndCertificate, Pki } from './auth/certificates.ts';
import type { Clock } from './base/clock.ts';
import type { Logger } from './base/log.ts';
import type { Random } from './base/random.ts';
import type { ApiServerDoor } from './kube/node-connector.ts';
import type { Outbound } from './kube/outbound.ts';
import type { StartOptions } from './start-options.ts';
import type { LocalStorage } from './storage/storage.ts';

type KubeletParts = Parameters<typeof createKubelet>[2];
type ControllerParts = Parameters<typeof createControllers>[0];

/** What a cluster is given by the process it runs in. */
export interface InstanceParts {
  readonly options: StartOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The way to servers outside. */
  readonly outbound: Outbound;
  readonly upstreams: NonNullable<KubeletParts['upstreams']>;
  /** Where the API is reached: `https://127.0.0.1:6443`. */
  readonly url: () => string;
  /** The address and the port of it, as pods and discovery see it. */
  readonly address: string;
  readonly port: () => number;
  /** How pods get in. */
  readonly own: ApiServerDoor;
  /** Resolves when what was written to clients is with their sockets: workers may have them. */
  readonly delivered: () => Promise<void>;
  readonly ingressPoint: () => ControllerParts['ingressPoint'];
  /** Of a virtual cluster: its name, what it begins with, and who it is. */
  readonly virtual?: { readonly name: string; readonly storage: LocalStorage; readonly pki: Pki };
  /** Ends the cluster with whatever else belongs to it; it ends itself unless given. */
  readonly end?: () => Promise<void>;
  /** What makes virtual clusters, where there may be some. */
  readonly clusters?: () => AdminTarget['clusters'];
  /** Shows new connections another certificate, or the usual one; of a cluster with a port of its own. */
  readonly showCertificate?: (shown: KeyAndCertificate | undefined) => void;
}
