import type { Duplex } from 'node:stream';
import type { Status } from './api-error.ts';

/** One of the streams that a session carries. */
export interface StreamChannel {
  /** `stdin`, `stdout`, `stderr`, `error`, `resize`; `data` and `error` where ports are forwarded. */
  readonly name: string;
  /** Grows with every channel of a session. */
  readonly id: number;
  /** What the client said of it; names are in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Destroying it tells the client at once that the channel is of no use any more. */
  readonly stream: Duplex;
}

/** Named streams of bytes between a client and a pod, whatever protocol carries them. */
export interface StreamSession {
  /** A channel that is open. */
  channel(name: string): Duplex | undefined;
  /**
   * Calls back for each channel: for those that are open at once, for others when the client opens them.
   *
   * @param opened destroys the stream of a channel that is not wanted
   */
  onChannel(opened: (channel: StreamChannel) => void): void;
  /** Calls back when the client has gone. */
  onClose(closed: () => void): void;
  /** Lets the client have what was written, and how it went; then ends the session. */
  finish(status: Status): void;
}

/** What a session is about, which decides the names of its protocols. */
export type SessionKind =
  | {
      readonly type: 'remote-command';
      /** The channels that there are, besides `error`. */
      readonly channels: readonly ('stdin' | 'stdout' | 'stderr' | 'resize')[];
    }
  /** `ports` come with protocols that cannot open channels. */
  | { readonly type: 'port-forward'; readonly ports: readonly number[] };

/** Somebody who speaks with the client, once a protocol is found. */
export interface SessionOffer {
  readonly kind: SessionKind;
  start(session: StreamSession): void;
}

/** How a session went that went well. */
export const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
