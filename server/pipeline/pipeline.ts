/**
 * From request to response, without sockets. Start reading here: `handle` runs the stages below in their order, and the
 * innermost one answers.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { NodeConnector } from '../kube/node-connector.ts';
import type { User } from '../kube/object.ts';
import type { EverythingObserver, ServedResource } from '../kube/transport.ts';
import type { AdmissionChain } from '../registry/admission-chain.ts';
import type { Catalog } from '../registry/catalog.ts';
import type { RegistryEnv } from '../registry/resource.ts';
import type { Aggregation, RemoteApi } from './aggregation/aggregation.ts';
import { allResources, undiscovered } from './aggregation/all-resources.ts';
import type { Auditor } from './audit/auditor.ts';
import { dispatch } from './dispatch.ts';
import { watchEverything } from './everything.ts';
import type { Faults } from './faults/faults.ts';
import type { ClientRequests } from './fidelity/client-requests.ts';
import type { Authenticator, Authorizer, PublishedKeys } from './identity.ts';
import type { RequestJournal } from './journal/request-journal.ts';
import type { HealthMetrics } from './metrics/health-metrics.ts';
import type { RequestMetrics } from './metrics/request-metrics.ts';
import type { WorkQueueFacts } from './metrics/work-queue-metrics.ts';
import type { FlowClassifier } from './priority/flow-classifier.ts';
import type { ApiRequest, ApiResponse, Handler, Stage } from './request.ts';
import type { ServiceTraffic } from './service-traffic.ts';
import { audit, auditUnknown } from './stages/audit.ts';
import { authenticate } from './stages/authenticate.ts';
import { authorize } from './stages/authorize.ts';
import { classify } from './stages/classify.ts';
import { fail } from './stages/faults.ts';
import { impersonate } from './stages/impersonate.ts';
import { recoverAndNote } from './stages/journal.ts';
import { recover } from './stages/recover.ts';

/** What the pipeline works with; one for each cluster. */
export interface PipelineEnv {
  readonly catalog: Catalog;
  readonly registry: RegistryEnv;
  readonly admission: AdmissionChain;
  readonly authenticator: Authenticator;
  /** Decides what requests need besides. */
  readonly authorizer: Authorizer;
  /** Decides about requests themselves; `authorizer` unless given. */
  readonly requestAuthorizer?: Authorizer;
  /** For those who check tokens of service accounts themselves; without it there are no such pages. */
  readonly publishedKeys?: PublishedKeys;
  readonly traffic: ServiceTraffic;
  /** The door to pods. */
  readonly nodes: NodeConnector;
  /** What a simulated kubelet serves below `/metrics`; undefined where it has no such page. */
  readonly nodePage?: (node: string, path: string) => Promise<string | undefined>;
  readonly log: Logger;
  readonly requests: RequestMetrics;
  readonly clientRequests: ClientRequests;
  readonly checks: HealthMetrics;
  readonly flows: FlowClassifier;
  readonly clock: Clock;
  /** Tells of requests, where somebody wants to know. */
  readonly auditor?: Auditor;
  /** What somebody wants to go wrong. */
  readonly faults?: Faults;
  /** Keeps what is asked, where somebody may want to know. */
  readonly journal?: RequestJournal;
  /** APIs that other servers serve. */
  readonly aggregation: Aggregation;
  /** What the work queues of controllers have counted. */
  workQueues(): readonly WorkQueueFacts[];
  /** Names of the checks that /readyz has besides the built-in ones, and whether each passes. */
  health(): ReadonlyMap<string, boolean>;
  /** Resolves when the server is ready, or after a moment; absent or undefined if it has been. */
  readySoon?(): Promise<void> | undefined;
  /** Whether what keeps everything answers in time; absent where it is in this process. */
  readonly storesAnswer?: (timeoutMs: number) => Promise<boolean>;
  /** Other servers on the same storage; absent where there can be none. */
  readonly others?: OtherServers;
  /** The server that runs the pods, where that is another one. */
  leader?(): RemoteApi | undefined;
  /** Hands pending events to watchers. */
  flush(): void;
  /** Something is under way that the cluster has not settled without, until the returned function is called. */
  begin?(name: string): () => void;
  /** Where clients reach this server, for discovery. */
  serverAddress(): string;
}

/** What others write is known here a moment later: whoever refuses something asks first whether it is still so. */
export interface OtherServers {
  /** How far this server is. */
  revision(): number;
  /** Asks what has been written. @returns whether that was anything since a revision; a failure is no */
  learn(since: number): Promise<boolean>;
}

type Stages = readonly ((env: PipelineEnv) => Stage)[];

/** What tells of a request sees failures as answers. */
const AUDIT: Stages = [audit, recover];

/** Outermost first. Upstream's handler chain has this order (DefaultBuildHandlerChain). */
const stagesOf = (env: PipelineEnv): Stages => [
  recoverAndNote,
  ...(env.auditor ? [auditUnknown, authenticate, ...AUDIT] : [authenticate]),
  fail,
  impersonate,
  classify,
  authorize,
];

/** A client in the same process says who it is; everything else holds for it too. */
const localStagesOf = (env: PipelineEnv): Stages => [recoverAndNote, ...(env.auditor ? AUDIT : []), fail, authorize];

export interface Pipeline {
  /** Answers one request; failures are answers too. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** The same for a request whose `user` is known already. */
  handleAs(request: ApiRequest): Promise<ApiResponse>;
  /** What {@link Transport.resources} and {@link Transport.watchAll} give clients in the same process. */
  resources(): Promise<readonly ServedResource[]>;
  undiscovered(): Promise<readonly string[]>;
  watchAll(user: User, options: { readonly existing: boolean }, observer: EverythingObserver): Cancel;
}

/** @example const pipeline = createPipeline(env); const response = await pipeline.handle(request); */
export function createPipeline(env: PipelineEnv): Pipeline {
  const innermost = dispatch(env);
  const compose = (stages: Stages): Handler =>
    stages
      .map((stage) => stage(env))
      .reduceRight<Handler>((next, stage) => (request) => stage(request, next), innermost);
  return {
    handle: compose(stagesOf(env)),
    handleAs: compose(localStagesOf(env)),
    resources: () => allResources(env),
    undiscovered: () => undiscovered(env),
    watchAll: (user, options, observer) => watchEverything(env, user, options, observer),
  };
}
