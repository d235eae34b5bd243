import type { PeerAddress } from '../../../../../server/kube/node-connector.ts';
import { SystemError } from '../../machine/errno.ts';
import { Gate } from '../../machine/gate.ts';
import type { DatagramSocket } from '../../machine/network.ts';
import type { Process } from '../../machine/process.ts';
import { networkOf, within } from './network.ts';

/** What came, and where from. */
export interface Datagram {
  readonly data: Buffer;
  readonly from: PeerAddress;
}

/** The socket of a process for datagrams (UDP). It closes with the process. */
export class Datagrams {
  readonly #process: Process;
  readonly #socket: DatagramSocket;
  readonly #waiting: Datagram[] = [];
  readonly #arrived = new Gate();
  #bytes = 0;
  #error: SystemError | undefined;

  get port(): number {
    return this.#socket.port;
  }

  /** @param port 0 takes any that is free. @throws SystemError when the port is taken */
  constructor(process: Process, port = 0) {
    const network = networkOf(process);
    if (!network.bind) throw new SystemError('EACCES');
    this.#process = process;
    const { datagramsBytes } = process.machine.limits;
    this.#socket = network.bind(port, {
      received: (data, from) => {
        if (this.#bytes + data.length > datagramsBytes) return;
        this.#bytes += data.length;
        this.#waiting.push({ data, from });
        this.#arrived.open();
      },
      failed: (error) => {
        this.#error = error;
        this.#arrived.open();
      },
    });
    void process.ended.wait().then(() => this.close());
  }

  /** Resolves when it has arrived, or is known not to. @throws SystemError when it is too large */
  async send(data: Buffer, to: PeerAddress): Promise<void> {
    if (data.length > this.#process.machine.limits.datagramBytes) throw new SystemError('EMSGSIZE');
    await this.#process.step(1 + (data.length >> 10));
    await this.#process.block(this.#socket.send(data, to));
  }

  /**
   * The next datagram.
   *
   * @throws SystemError `ETIMEDOUT`, or why what was sent before cannot arrive: once, as connected sockets say it
   */
  async receive(timeoutMs = Number.POSITIVE_INFINITY): Promise<Datagram> {
    const { clock } = this.#process.machine;
    const untilMs = clock.now() + timeoutMs;
    for (;;) {
      await this.#process.step();
      this.check();
      const next = this.#waiting.shift();
      if (next) {
        this.#bytes -= next.data.length;
        return next;
      }
      await within(this.#process, Math.max(0, untilMs - clock.now()), this.#arrived.wait());
    }
  }

  /** The next datagram of one peer: connected sockets get no others. @throws SystemError as {@link receive} */
  async receiveFrom({ address, port }: PeerAddress, timeoutMs?: number): Promise<Datagram> {
    for (;;) {
      const datagram = await this.receive(timeoutMs);
      if (datagram.from.address === address && datagram.from.port === port) return datagram;
    }
  }

  /** @throws SystemError why what was sent cannot arrive, if somebody has said so */
  check(): void {
    const error = this.#error;
    this.#error = undefined;
    if (error) throw error;
  }

  /** The next datagram for a server, to which it does not matter who does not hear its answers. */
  async receiveAny(): Promise<Datagram> {
    for (;;) {
      try {
        return await this.receive();
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
      }
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** Answers datagrams for as long as the process lives. @throws SystemError when the port is taken */
export function serveDatagrams(
  process: Process,
  port: number,
  answer: (datagram: Datagram) => Promise<Buffer | string | undefined> | Buffer | string | undefined,
): void {
  const socket = new Datagrams(process, port);
  void process.thread(async () => {
    for (;;) {
      const datagram = await socket.receiveAny();
      const text = await answer(datagram);
      if (text !== undefined) await socket.send(Buffer.from(text), datagram.from);
    }
  });
}
