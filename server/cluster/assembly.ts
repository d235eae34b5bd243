/**
 * Puts one cluster together: identity, storage, users and rules, pipeline, first objects. No sockets, no controllers.
 */
import { readFileSync } from 'node:fs';
import type { AdmissionPluginChoice } from '../admission/selection.ts';
import { Credentials } from '../auth/authenticator.ts';
import { type AuthorizationMode, Authorizers, DEFAULT_MODES } from '../auth/authorizers.ts';
import type { Pki } from '../auth/certificates.ts';
import { parseStaticTokens } from '../auth/static-tokens.ts';
import { storedObjects } from '../auth/stored-objects.ts';
import { ServiceAccountTokens } from '../auth/tokens.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { NodeConnector } from '../kube/node-connector.ts';
import { noOutbound, type Outbound } from '../kube/outbound.ts';
import { locator } from '../registry/locate.ts';
import { builtInTypes } from '../schema/type-table.ts';
import { MemoryStorage } from '../storage/memory.ts';
import { PersistentStorage } from '../storage/persistent.ts';
import type { LocalStorage } from '../storage/storage.ts';
import { installObjects } from './bootstrap/install.ts';
import { nodeObjects, ownObjects, recordedObjects } from './bootstrap/objects.ts';
import { Cluster } from './cluster.ts';
import { admissionOf, definitionsOf } from './definitions.ts';
import { identityOf } from './identity.ts';

export interface AssemblyOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly dataDir: string | undefined;
  readonly tlsNames: readonly string[];
  readonly tokenFile: string | undefined;
  readonly nodes: number;
  readonly connector: NodeConnector;
  /** For calls that the server makes itself, such as those of webhooks; without it none gets out. */
  readonly outbound?: Outbound;
  /** Known once the server listens. */
  readonly serverAddress: () => string;
  readonly address: string;
  readonly port: number;
  /** Whether clients are refused what is served approximately. */
  readonly strict?: boolean;
  readonly authorizationModes?: readonly AuthorizationMode[] | undefined;
  /** Upstream's default set of admission plugins unless given. */
  readonly admissionPlugins?: AdmissionPluginChoice;
}

export interface Assembly {
  readonly cluster: Cluster;
  readonly pki: Pki;
  readonly credentials: Credentials;
  readonly authorizer: Authorizers;
}

async function openStorage({ dataDir, clock, log }: AssemblyOptions): Promise<LocalStorage> {
  if (dataDir === undefined) return new MemoryStorage({ clock });
  return PersistentStorage.open({ directory: dataDir, locate: locator(builtInTypes()), clock, log });
}

/** @throws Error when the data directory cannot be used or the token file cannot be read */
export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { clock, random, log } = options;
  const storage = await openStorage(options);
  const pki = identityOf({ clock, random, names: options.tlsNames, dataDir: options.dataDir });
  const tokens = new ServiceAccountTokens({ key: pki.tokenKey, clock, random, objects: storedObjects(storage) });
  const staticTokens =
    options.tokenFile === undefined
      ? undefined
      : parseStaticTokens(readFileSync(options.tokenFile, 'utf8'), options.tokenFile);
  const credentials = new Credentials({ serviceAccountTokens: tokens, ...(staticTokens && { staticTokens }) });
  const modes = options.authorizationModes ?? DEFAULT_MODES;
  const authorizer = new Authorizers({ modes, policy: storage, objects: storedObjects(storage) });
  const cluster: Cluster = new Cluster({
    clock,
    random,
    log,
    storage,
    definitions: definitionsOf({ credentials, authorizer, tokens }),
    nodes: options.connector,
    admission: admissionOf({
      storage,
      random,
      authorizer,
      choice: options.admissionPlugins ?? { enable: [], disable: [] },
      catalog: () => cluster.catalog,
      outbound: options.outbound ?? noOutbound,
      services: { connection: (key, port) => cluster.traffic.connection(key, port) },
    }),
    ...(options.outbound && { outbound: options.outbound }),
    authenticator: credentials,
    authorizer,
    serverAddress: options.serverAddress,
    strict: options.strict ?? false,
  });
  const nowMs = clock.now();
  const first = { nowMs, nodes: options.nodes, address: options.address, port: options.port };
  const objects = { canonical: recordedObjects(nowMs), own: ownObjects(first), nodes: nodeObjects(first) };
  await installObjects(objects, cluster.catalog, storage, random, nowMs);
  // Whoever asks for the time before the first request is told that it is gone, as after a compaction.
  storage.compact(storage.revision());
  return { cluster, pki, credentials, authorizer };
}
