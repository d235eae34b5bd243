/** Certificates in volumes of a pod: k8s.io/kubernetes/pkg/kubelet/podcertificate. */
import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type {
  Node,
  Pod,
  PodCertificateProjection,
  PodCertificateRequest,
  ServiceAccount,
} from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { nodeUser } from './heartbeats.ts';
import { newKeyAndProof } from './runtime/files/certificate-proof.ts';
import type { CertificateAndKey, MountedCertificate } from './runtime/files/sources.ts';

export const CERTIFICATE_REQUESTS = 'certificates.k8s.io/v1/podcertificaterequests';

/** A request that nobody sees any more was deleted. */
const ABANDONED_MS = 600_000;
/** Kubelets do not all ask at once: up to so much later than they could. */
const JITTER_MS = 300_000;
/** When the API server refused the request itself. */
const AGAIN_MS = 1000;

interface Asked {
  readonly key: string;
  readonly name: string;
  readonly abandonMs: number;
}

/** One certificate of one volume. */
interface State {
  held?: CertificateAndKey & { readonly renewMs: number };
  asked?: Asked;
  isAsking?: boolean;
  refusal?: string;
  failure?: string;
}

/** Asks signers for the certificates of one pod, as its node, and keeps what they have issued. */
export class PodCertificates {
  readonly #pod: Frozen<Pod>;
  readonly #node: string;
  readonly #env: ControllerEnv;
  readonly #states = new Map<string, State>();

  constructor(pod: Frozen<Pod>, node: string, env: ControllerEnv) {
    this.#pod = pod;
    this.#node = node;
    this.#env = env;
  }

  /** The certificate that a source of a volume shows now. It is asked for when somebody looks first, and in time. */
  look(volume: string, source: number, wanted: Frozen<PodCertificateProjection>): MountedCertificate {
    const id = `${source} ${volume}`;
    const state = this.#states.get(id) ?? {};
    this.#states.set(id, state);
    if (state.asked) this.#see(state, state.asked);
    const isDue = !state.held || this.#env.clock.now() >= state.held.renewMs;
    if (isDue && !state.asked && !state.isAsking && state.refusal === undefined) void this.#ask(state, wanted);
    if (state.refusal !== undefined) return { problem: state.refusal };
    return state.held ?? { problem: state.failure ?? 'credential bundle is not issued yet' };
  }

  get #key(): Key {
    return keyOf(this.#pod);
  }

  /** Takes in what became of a request. */
  #see(state: State, { key, name, abandonMs }: Asked): void {
    const { namespace } = this.#key;
    const request = this.#env.lister<PodCertificateRequest>(CERTIFICATE_REQUESTS).get({ namespace, name });
    if (!request) {
      if (this.#env.clock.now() >= abandonMs) delete state.asked;
      return;
    }
    const { conditions = [], certificateChain = '', beginRefreshAt = '' } = request.status ?? {};
    for (const { type, reason = '', message = '' } of conditions ?? []) {
      const why = `reason=${JSON.stringify(reason)} message=${JSON.stringify(message)}`;
      if (type === 'Denied') state.refusal = `PodCertificateRequest was permanently denied: ${why}`;
      else if (type === 'Failed') state.refusal = `PodCertificateRequest was permanently failed: ${why}`;
      else if (type === 'Issued') {
        const renewMs = Date.parse(beginRefreshAt) + this.#env.random.fraction() * JITTER_MS;
        state.held = { key, chain: onlyCertificates(certificateChain), renewMs };
      } else continue;
      delete state.asked;
    }
  }

  async #ask(state: State, wanted: Frozen<PodCertificateProjection>): Promise<void> {
    state.isAsking = true;
    const done = this.#env.begin(`certificate of ${this.#key.namespace}/${this.#key.name}`);
    try {
      const { key, request } = await newKeyAndProof(wanted.keyType ?? '');
      const { metadata } = await this.#create(wanted, request);
      state.asked = { key, name: metadata.name ?? '', abandonMs: this.#env.clock.now() + ABANDONED_MS };
      delete state.failure;
      // A signer may have been quicker than the answer to the request: nothing else wakes the pod then.
      this.#see(state, state.asked);
      if (!state.asked) this.#env.enqueue(this.#key);
    } catch (error) {
      const { message } = error as Error;
      state.failure = `while creating initial PodCertificateRequest: while creating on API: ${message}`;
      this.#env.enqueue(this.#key, AGAIN_MS);
    } finally {
      state.isAsking = false;
      done();
    }
  }

  async #create(
    { signerName, maxExpirationSeconds, userAnnotations }: Frozen<PodCertificateProjection>,
    proof: Buffer,
  ): Promise<Frozen<PodCertificateRequest>> {
    const { namespace, name, uid = '' } = { ...this.#key, ...this.#pod.metadata };
    const account = this.#pod.spec.serviceAccountName ?? 'default';
    const client = this.#env.clientOf(nodeUser(this.#node));
    const found = await client.get<ServiceAccount>('v1/serviceaccounts', { namespace, name: account });
    const node = this.#env.lister<Node>('v1/nodes').get({ namespace: '', name: this.#node });
    return client.create<PodCertificateRequest>(CERTIFICATE_REQUESTS, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'PodCertificateRequest',
      metadata: {
        namespace,
        generateName: 'req-',
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
      },
      spec: {
        signerName,
        podName: name,
        podUID: uid,
        serviceAccountName: account,
        serviceAccountUID: found.metadata.uid ?? '',
        nodeName: this.#node,
        nodeUID: node?.metadata.uid ?? '',
        stubPKCS10Request: proof.toString('base64'),
        ...(maxExpirationSeconds !== undefined && { maxExpirationSeconds }),
        ...(userAnnotations && { unverifiedUserAnnotations: { ...userAnnotations } }),
      },
    });
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Without what signers write between the certificates. */
const onlyCertificates = (chain: string): string =>
  (chain.match(CERTIFICATE) ?? []).map((text) => `${text}\n`).join('');
