import type { IncomingMessage } from 'node:http';
import type { Cancel } from '../../../server/base/clock.ts';
import { deepFreeze, type Frozen } from '../../../server/base/freeze.ts';
import { ApiError, type Status } from '../../../server/kube/api-error.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { TransportObserver } from '../../../server/kube/transport.ts';
import { type Connection, type Exchange, errorOf, textOf } from './connection.ts';

type Line =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly object: Status };

const isExpired = (error: unknown): boolean => error instanceof ApiError && error.code === 410;

/** Reads a watch, a line of JSON for each event. */
export function watchOver(connection: Connection, exchange: Exchange, observer: TransportObserver): Cancel {
  let open = true;
  let answer: IncomingMessage | undefined;
  const end = (error?: unknown): void => {
    if (!open) return;
    open = false;
    answer?.destroy();
    observer.end(isExpired(error));
  };
  const line = (text: string): void => {
    if (!open || text === '') return;
    const event = JSON.parse(text) as Line;
    if (event.type === 'ERROR') end(new ApiError(event.object.code ?? 500, event.object.reason ?? '', ''));
    else if (event.type === 'BOOKMARK') observer.bookmark?.(event.object.metadata.resourceVersion ?? '');
    else observer.event(event.type, deepFreeze(event.object) as Frozen<KubeObject>);
  };
  const follow = async (): Promise<void> => {
    answer = await connection.open({ ...exchange, isStream: true });
    // Cancelled while it was asked.
    if (!open) return void answer.destroy();
    const { statusCode: code = 500 } = answer;
    if (code >= 400) return end(errorOf(code, await textOf(answer)));
    let rest = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      try {
        for (const text of lines) line(text);
      } catch (error) {
        end(error);
      }
    });
    answer.once('error', end);
    answer.once('close', () => end());
  };
  follow().catch(end);
  return () => {
    open = false;
    answer?.destroy();
  };
}
