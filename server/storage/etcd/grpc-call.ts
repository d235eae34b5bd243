import { errorOf, GRPC, GrpcError } from './grpc-error.ts';
import { FrameReader } from './grpc-frames.ts';
import type { StreamHandler } from './http2/client-stream.ts';

/** Whoever made a call. */
export interface CallSink {
  message(bytes: Buffer): void;
  /** It is over; without an error if the server says that all went well. */
  end(error: GrpcError | undefined): void;
}

const HTTP_OK = '200';

/** Reads the answer to one call: its messages, and what became of it. */
export class GrpcCall implements StreamHandler {
  readonly #sink: CallSink;
  readonly #messages: FrameReader;
  #outcome: GrpcError | 'none' | 'success' = 'none';

  constructor(sink: CallSink) {
    this.#sink = sink;
    this.#messages = new FrameReader((bytes) => sink.message(bytes));
  }

  fields(list: readonly string[]): boolean {
    let http = HTTP_OK;
    let status: string | undefined;
    let message = '';
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i];
      const value = list[i + 1] as string; // names and values alternate
      if (name === ':status') http = value;
      else if (name === 'grpc-status') status = value;
      else if (name === 'grpc-message') message = value;
    }
    if (status !== undefined) this.#outcome = errorOf(Number(status), message) ?? 'success';
    if (http === HTTP_OK) return true;
    this.#outcome = new GrpcError(GRPC.unavailable, `HTTP status ${http} instead of an answer of etcd`);
    return false;
  }

  data(bytes: Buffer): boolean {
    try {
      this.#messages.push(bytes);
      return true;
    } catch (error) {
      this.#outcome = new GrpcError(GRPC.unavailable, (error as Error).message);
      return false;
    }
  }

  end(why: string, isUnsent: boolean): void {
    if (this.#outcome === 'success') this.#sink.end(undefined);
    else if (this.#outcome === 'none') this.#sink.end(new GrpcError(GRPC.unavailable, why, isUnsent));
    else this.#sink.end(this.#outcome);
  }
}
