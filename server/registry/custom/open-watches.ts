import type { Cancel } from '../../base/clock.ts';
import type { WatchSink } from '../../storage/storage.ts';

/** The watches of one version, which end when its definition changes: objects are read in another way then. */
export class OpenWatches {
  readonly #open = new Map<WatchSink, Cancel>();

  /** @param start begins the watch */
  add(sink: WatchSink, start: (sink: WatchSink) => Cancel): Cancel {
    const cancel = start({
      events: (batch) => sink.events(batch),
      end: (reason) => {
        this.#open.delete(sink);
        sink.end(reason);
      },
    });
    this.#open.set(sink, cancel);
    return () => {
      this.#open.delete(sink);
      cancel();
    };
  }

  endAll(): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const [sink, cancel] of open) {
      cancel();
      sink.end('closed');
    }
  }
}
