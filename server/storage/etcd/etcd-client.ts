/** The calls to etcd that a storage makes. */
import type { Clock } from '../../base/clock.ts';
import { rest } from '../../base/turn.ts';
import { type ChannelOptions, GrpcChannel, type OpenStream, type StreamSink } from './grpc-channel.ts';
import { GRPC, GrpcError } from './grpc-error.ts';
import {
  authenticateReply,
  leaseGrantReply,
  leaseTimeReply,
  type RangeReply,
  rangeReply,
  statusReply,
  type TxnReply,
  txnReply,
} from './replies.ts';
import {
  authenticateRequest,
  type Condition,
  compactionRequest,
  EMPTY,
  type LeaseId,
  leaseGrantRequest,
  leaseRequest,
  type Operation,
  type RangeRequest,
  rangeRequest,
  txnRequest,
} from './requests.ts';

export interface EtcdClientOptions extends Pick<ChannelOptions, 'endpoints' | 'tls'> {
  readonly clock: Clock;
  readonly user?: { readonly name: string; readonly password: string } | undefined;
  /** How long a call may take in all, connecting included. */
  readonly timeoutMs: number;
}

const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 1000;

/** What a storage needs of etcd. Every call throws a `GrpcError` when it fails. */
export class EtcdClient {
  readonly #channel: GrpcChannel;
  readonly #options: EtcdClientOptions;
  #authenticating: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: EtcdClientOptions) {
    const { endpoints, tls, clock } = options;
    this.#options = options;
    this.#channel = new GrpcChannel({ endpoints, tls, clock });
    // A member that has lost the others says so, instead of answering with what it knows (WithRequireLeader).
    this.#channel.metadata.set('hasleader', 'true');
  }

  async range(request: RangeRequest, timeoutMs?: number): Promise<RangeReply> {
    return rangeReply(await this.#read('/etcdserverpb.KV/Range', rangeRequest(request), timeoutMs));
  }

  /** Does `then` in one step if all conditions hold, else `otherwise`. */
  async txn(
    conditions: readonly Condition[],
    then: readonly Operation[],
    otherwise: readonly Operation[] = [],
  ): Promise<TxnReply> {
    return txnReply(await this.#write('/etcdserverpb.KV/Txn', txnRequest(conditions, then, otherwise)));
  }

  async compact(revision: number): Promise<void> {
    await this.#write('/etcdserverpb.KV/Compact', compactionRequest(revision));
  }

  async grantLease(seconds: number): Promise<LeaseId> {
    return leaseGrantReply(await this.#write('/etcdserverpb.Lease/LeaseGrant', leaseGrantRequest(seconds)));
  }

  /** Seconds that a lease has left, and those that it had. */
  async leaseTime(id: LeaseId): Promise<{ readonly left: number; readonly granted: number }> {
    return leaseTimeReply(await this.#read('/etcdserverpb.Lease/LeaseTimeToLive', leaseRequest(id)));
  }

  /** etcd's version. */
  async status(): Promise<string> {
    return statusReply(await this.#read('/etcdserverpb.Maintenance/Status', EMPTY));
  }

  async openWatch(sink: StreamSink): Promise<OpenStream> {
    await this.#authenticated();
    return this.#channel.open('/etcdserverpb.Watch/Watch', sink);
  }

  /** Asks for a new token before the next call: etcd forgets them. */
  renew(): void {
    this.#channel.metadata.delete('token');
  }

  /** The server in use does not do what it should: goes to another one. */
  leave(): void {
    this.#channel.leave();
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }

  /** What changes nothing may be asked again. */
  #read(method: string, message: Buffer, timeoutMs?: number): Promise<Buffer> {
    return this.#call(method, message, (error) => error.code === GRPC.unavailable, timeoutMs);
  }

  /** Nobody knows what became of a write whose answer is missing: only what was not sent is sent again. */
  #write(method: string, message: Buffer): Promise<Buffer> {
    return this.#call(method, message, (error) => error.isUnsent);
  }

  async #call(
    method: string,
    message: Buffer,
    mayRepeat: (error: GrpcError) => boolean,
    timeoutMs = this.#options.timeoutMs,
  ): Promise<Buffer> {
    const { clock, user } = this.#options;
    const endMs = clock.now() + timeoutMs;
    let pauseMs = RETRY_FIRST_MS;
    let last = '';
    for (let isRenewed = false; ; ) {
      const leftMs = endMs - clock.now();
      if (leftMs <= 0) throw new GrpcError(GRPC.deadlineExceeded, `context deadline exceeded${last}`);
      try {
        await this.#authenticated();
        return await this.#channel.call(method, message, leftMs);
      } catch (error) {
        if (!(error instanceof GrpcError) || this.#isClosed) throw error;
        if (error.code === GRPC.unauthenticated && user && !isRenewed) {
          this.renew();
          isRenewed = true;
          continue;
        }
        if (!mayRepeat(error)) throw error;
        if (!error.isUnsent) this.#channel.leave();
        last = `: ${error.message}`;
      }
      // Not by the clock: while a server starts, nothing else keeps its process alive.
      await rest(Math.min(pauseMs, Math.max(0, endMs - clock.now())));
      pauseMs = Math.min(pauseMs * 2, RETRY_MOST_MS);
    }
  }

  /** A token for the user, unless there is one or no user. */
  async #authenticated(): Promise<void> {
    const { user, timeoutMs } = this.#options;
    const { metadata } = this.#channel;
    if (!user || metadata.has('token')) return;
    this.#authenticating ??= this.#channel
      .call('/etcdserverpb.Auth/Authenticate', authenticateRequest(user.name, user.password), timeoutMs)
      .then((reply) => void metadata.set('token', authenticateReply(reply)))
      .finally(() => {
        this.#authenticating = undefined;
      });
    await this.#authenticating;
  }
}
