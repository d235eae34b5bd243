import { type Connection, type Endpoint, open } from './connection.ts';

const NEWLINE = 10;

/** Many watches of one path, on as few connections as the server's limit of streams allows. */
export interface Watchers {
  /** Lines that have come in all, one an event. */
  readonly events: number;
  /** Tells of each event from now on, with how many of its watch came before it. */
  tell(onEvent: (before: number) => void): void;
  close(): void;
}

function linesOf(part: Buffer): number {
  let lines = 0;
  for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/** Opens them all; resolves when the server has accepted each. One that breaks later delivers no more. */
export async function openWatchers(endpoint: Endpoint, path: string, count: number): Promise<Watchers> {
  const connections: Connection[] = [];
  const told = new Uint32Array(count);
  let onEvent: ((before: number) => void) | undefined;
  const watchers = {
    events: 0,
    tell(listener: (before: number) => void): void {
      told.fill(0);
      onEvent = listener;
    },
    close(): void {
      for (const connection of connections) connection.close();
    },
  };
  const reader = (watcher: number) => (part: Buffer) => {
    const lines = linesOf(part);
    watchers.events += lines;
    if (onEvent === undefined) return;
    const before = told[watcher] ?? 0;
    told[watcher] = before + lines;
    for (let i = 0; i < lines; i++) onEvent(before + i);
  };
  const opening: Promise<void>[] = [];
  while (opening.length < count) {
    const connection = await open(endpoint);
    connections.push(connection);
    const streams = Math.min(connection.streamsMax, count - opening.length);
    for (let i = 0; i < streams; i++) opening.push(connection.follow(path, reader(opening.length)));
  }
  await Promise.all(opening);
  return watchers;
}
