import { type Connection, type Endpoint, open } from './connection.ts';

const NEWLINE = 10;

/** Many watches of one path, on as few connections as the server's limit of streams allows. */
export interface Watchers {
  /** Lines that have come in all, one an event. */
  readonly events: number;
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
  const close = (): void => {
    for (const connection of connections) connection.close();
  };
  const watchers = { events: 0, close };
  const onData = (part: Buffer): void => {
    watchers.events += linesOf(part);
  };
  const opening: Promise<void>[] = [];
  while (opening.length < count) {
    const connection = await open(endpoint);
    connections.push(connection);
    const streams = Math.min(connection.streamsMax, count - opening.length);
    for (let i = 0; i < streams; i++) opening.push(connection.follow(path, onData));
  }
  await Promise.all(opening);
  return watchers;
}
