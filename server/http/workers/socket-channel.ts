/**
 * Hands accepted sockets to a thread of this process.
 *
 * A descriptor that two threads close is closed twice, and the second time it may be somebody else's. What Node has for
 * child processes, a pipe that carries descriptors, gives the thread one of its own; only Node's internal binding opens
 * such a pipe within a process.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Handle {
  readonly fd: number;
  close(): void;
}

interface IpcPipe {
  open(fd: number): number;
  connect(request: object, path: string): number;
  writeUtf8String(request: object, text: string, handle: Handle): number;
  onread: () => void;
  pendingHandle: Handle | null;
  readStart(): number;
  close(): void;
}

interface PipeBinding {
  readonly Pipe: new (type: number) => IpcPipe;
  readonly PipeConnectWrap: new () => { oncomplete?: (status: number) => void };
  readonly constants: { readonly IPC: number };
}

interface StreamBinding {
  readonly WriteWrap: new () => { oncomplete?: (status: number) => void; handle?: IpcPipe };
}

type Binding = (name: string) => unknown;

const binding = (process as unknown as { binding: Binding }).binding.bind(process);
const pipes = (): PipeBinding => binding('pipe_wrap') as PipeBinding;
const streams = (): StreamBinding => binding('stream_wrap') as StreamBinding;

/** Gives sockets away. */
export interface SocketSender {
  /** @param socket accepted with `pauseOnConnect`: nobody has read of it */
  send(socket: Socket): void;
  close(): void;
}

/** The path that a thread connects to, and what sends to it once it has. @throws where no such pipe can be had */
export async function socketSender(): Promise<{ path: string; sender: Promise<SocketSender> }> {
  if (process.platform === 'win32') throw new Error('sockets cannot be handed to threads on Windows');
  const { Pipe, constants } = pipes();
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-'));
  const path = join(folder, 'sockets');
  const server: Server = createServer({ pauseOnConnect: true });
  const sender = new Promise<SocketSender>((resolve) => {
    server.once('connection', (connection: Socket) => {
      const pipe = new Pipe(constants.IPC);
      // Both have the descriptor now. The connection is left as it is for good: only the pipe may close it.
      pipe.open(handleOf(connection).fd);
      connection.unref();
      server.close();
      rmSync(folder, { recursive: true, force: true });
      resolve(senderOver(pipe));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return { path, sender };
}

const handleOf = (socket: Socket): Handle => (socket as unknown as { _handle: Handle })._handle;

function senderOver(pipe: IpcPipe): SocketSender {
  const { WriteWrap } = streams();
  return {
    send(socket) {
      const request = new WriteWrap();
      // Its copy of the descriptor has arrived, or nobody is there to take it.
      request.oncomplete = () => void socket.destroy();
      request.handle = pipe;
      if (pipe.writeUtf8String(request, ' ', handleOf(socket)) !== 0) socket.destroy();
    },
    close: () => pipe.close(),
  };
}

/** Takes the sockets that are sent to a path. */
export function receiveSockets(path: string, take: (socket: Socket) => void): Promise<void> {
  const { Pipe, PipeConnectWrap, constants } = pipes();
  const pipe = new Pipe(constants.IPC);
  return new Promise((resolve, reject) => {
    const request = new PipeConnectWrap();
    request.oncomplete = (status) => {
      if (status !== 0) {
        reject(new Error(`no connection to ${path}: ${status}`));
        return;
      }
      pipe.onread = () => {
        const handle = pipe.pendingHandle;
        pipe.pendingHandle = null;
        if (handle) take(new Socket({ handle, readable: true, writable: true } as object));
      };
      pipe.readStart();
      resolve();
    };
    const failed = pipe.connect(request, path);
    if (failed) reject(new Error(`no connection to ${path}: ${failed}`));
  });
}
