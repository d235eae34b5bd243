/** Events as client-go's newer recorder tells them: with an action, and repeated ones as a series. */
import { type Clock, rfc3339Micro } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Random } from '../../server/base/random.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';

export const NAME = 'default-scheduler';
const EVENTS = 'events.k8s.io/v1/events';

/** Texts of Events are not longer. */
const NOTE_MAX = 1024;
const CUT = ' ...';

/** Events that are told again after more than this are new ones. */
const SERIES_MS = 6 * 60 * 1000;
const REMEMBERED_MAX = 4096;

export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

interface Remembered {
  readonly event: KubeObject;
  count: number;
  lastMs: number;
}

const referenceTo = ({ metadata }: Frozen<Pod>): object => {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
  return { kind: 'Pod', namespace, name, uid, apiVersion: 'v1', resourceVersion };
};

function noteOf(text: string): string {
  return text.length <= NOTE_MAX ? text : `${text.slice(0, NOTE_MAX - CUT.length)}${CUT}`;
}

/** Tells about pods; nobody waits for it. */
export class SchedulerEvents {
  readonly #env: Pick<ControllerEnv, 'client' | 'writeEvent' | 'log'>;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Warnings by what they are about: only those are repeated. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(env: ControllerEnv) {
    this.#env = env;
    this.#clock = env.clock;
    this.#random = env.random;
  }

  tell(about: Frozen<Pod>, told: Told): void {
    const nowMs = this.#clock.now();
    if (told.type === 'Warning' && this.#isRepeated(about, told, nowMs)) return;
    const event = this.#eventOf(about, told, nowMs);
    if (told.type === 'Warning') this.#remember(seriesKey(about, told), { event, count: 1, lastMs: nowMs });
    this.#env.writeEvent(EVENTS, event);
  }

  /** The first repetition makes a series of an Event; later ones are counted, and not written one by one. */
  #isRepeated(about: Frozen<Pod>, told: Told, nowMs: number): boolean {
    const remembered = this.#remembered.get(seriesKey(about, told));
    if (!remembered || nowMs - remembered.lastMs > SERIES_MS) return false;
    remembered.count++;
    remembered.lastMs = nowMs;
    if (remembered.count === 2) void this.#writeSeries(remembered);
    return true;
  }

  async #writeSeries({ event, count, lastMs }: Remembered): Promise<void> {
    const series = { count, lastObservedTime: rfc3339Micro(lastMs) };
    try {
      await this.#env.client.patch(EVENTS, keyOf(event), 'strategic', { series });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#env.log.debug({ err: error }, 'the series of an Event was not written');
    }
  }

  #remember(key: string, remembered: Remembered): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, remembered);
    if (this.#remembered.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest);
      return;
    }
  }

  #eventOf(about: Frozen<Pod>, { type, reason, action, note }: Told, nowMs: number): KubeObject {
    const { name = '', namespace = '' } = about.metadata;
    const nanoseconds = BigInt(nowMs) * 1_000_000n + BigInt(Math.floor(this.#random.of(name).fraction() * 1e6));
    const event = {
      metadata: { name: `${name}.${nanoseconds.toString(16)}`, namespace },
      eventTime: rfc3339Micro(nowMs),
      reportingController: NAME,
      reportingInstance: `${NAME}-fauxkube`,
      action,
      reason,
      regarding: referenceTo(about),
      note: noteOf(note),
      type,
    };
    return event;
  }
}

/** Events about another version of an object are other Events. */
function seriesKey({ metadata }: Frozen<Pod>, { reason, action }: Told): string {
  return `${metadata.uid} ${metadata.resourceVersion} ${reason} ${action}`;
}
