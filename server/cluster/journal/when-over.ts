/** Answers that take as long as they like: who wants to know when they are over. */
import type { StreamSession } from '../../kube/stream-session.ts';
import type { ApiResponse, SessionResponse, WatchResponse } from '../../pipeline/request.ts';

type LateEnd = Extract<ApiResponse, { readonly type: 'watch' | 'session' | 'tunnel' | 'proxied' }>;

export function endsLater(response: ApiResponse): response is LateEnd {
  const { type } = response;
  return type === 'watch' || type === 'session' || type === 'tunnel' || type === 'proxied';
}

/** @returns an answer that calls back when it is over, perhaps more than once */
export function whenOver(response: LateEnd, over: () => void): LateEnd {
  switch (response.type) {
    case 'watch':
      return watched(response, over);
    case 'session':
      return session(response, over);
    case 'tunnel':
      response.socket.once('close', over);
      return response;
    case 'proxied':
      return { ...response, body: chunks(response.body, over) };
  }
}

/** Whoever ends it. */
function watched(response: WatchResponse, over: () => void): WatchResponse {
  return {
    ...response,
    start(observer) {
      const stop = response.start({
        events: (batch) => observer.events(batch),
        bookmark: (revision, initialEnd) => observer.bookmark(revision, initialEnd),
        error: (error) => observer.error(error),
        breakOff: (scope, event) => {
          observer.breakOff(scope, event);
          over();
        },
        end: () => {
          observer.end();
          over();
        },
      });
      return () => {
        stop();
        over();
      };
    },
  };
}

function session({ offer, ...response }: SessionResponse, over: () => void): SessionResponse {
  const start = (inner: StreamSession): void => {
    inner.onClose(over);
    offer.start({
      channel: (name) => inner.channel(name),
      onChannel: (opened) => inner.onChannel(opened),
      // A session has one listener.
      onClose: (closed) =>
        inner.onClose(() => {
          closed();
          over();
        }),
      finish(status) {
        inner.finish(status);
        over();
      },
    });
  };
  return { ...response, offer: { kind: offer.kind, start } };
}

async function* chunks(body: AsyncIterable<Buffer>, over: () => void): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } finally {
    over();
  }
}
