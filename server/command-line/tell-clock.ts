import { readConnection, send } from './admin-connection.ts';
import { jsonText, type Output } from './output.ts';
import { reported } from './reported.ts';

/** Flags that all commands of the clock have. */
export interface ClockFlags {
  readonly kubeconfig: string;
  readonly output: Output;
}

export interface SettleFlags extends ClockFlags {
  /** How long to wait. */
  readonly timeout: number;
}

interface State {
  readonly now: string;
  readonly frozen: boolean;
  readonly speed: number;
  readonly offset: string;
  readonly timers: number;
  readonly nextTimer: string | null;
}

/** A year of many small things takes its time. */
const MOVE_TIMEOUT_MS = 3_600_000;
/** The server answers by itself when it is too late. */
const ANSWER_MS = 5000;

/** Moves the clock, or only looks at it, and prints how it is then. */
export async function tellClock(body: object | undefined, { kubeconfig, output }: ClockFlags): Promise<void> {
  await reported(async () => {
    const method = body ? 'POST' : 'GET';
    const state = await send<State>(readConnection(kubeconfig), method, '/-/clock', body, MOVE_TIMEOUT_MS);
    return output === 'json' ? `${JSON.stringify(state)}\n` : textOf(state);
  });
}

/** Waits, and prints nothing for people when all is well. */
export async function waitUntilSettled({ kubeconfig, output, timeout: timeoutMs }: SettleFlags): Promise<void> {
  await reported(async () => {
    const body = { timeoutSeconds: timeoutMs / 1000 };
    const status = await send<object>(readConnection(kubeconfig), 'POST', '/-/settle', body, timeoutMs + ANSWER_MS);
    return output === 'json' ? jsonText(status) : '';
  });
}

function textOf({ now, frozen, speed, offset, timers, nextTimer }: State): string {
  const pace = frozen ? 'stands still' : speed === 1 ? 'goes on' : `goes on, ${speed} times as fast`;
  const count = timers === 1 ? '1 timer' : `${timers} timers`;
  const next = nextTimer === null ? '' : `, the next one due at ${nextTimer}`;
  return `${now} ${pace}\n${offset} from real time\n${count}${next}\n`;
}
