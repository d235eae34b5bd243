import type { Program } from '../../machine/program.ts';
import { readFlags } from '../flags.ts';
import { forever, log } from '../go-program.ts';
import { type HttpCall, sendText, serveHttp } from '../http-server.ts';

const FLAGS = { port: 8080, peers: 8, service: 'nettest', namespace: 'default', 'delay-shutdown': 0 };
const LOG_MAX = 500;
const ERRORS_MAX = 500;

interface State {
  readonly Hostname: string;
  Sent: Record<string, number> | null;
  Received: Record<string, number> | null;
  Errors: string[] | null;
  Log: string[] | null;
  StillContactingPeers: boolean;
}

/** What whoever makes contact says of itself. */
function sourceIn(text: string): string {
  const value: unknown = JSON.parse(text);
  const source = typeof value === 'object' && value !== null ? (value as { Source?: unknown }).Source : undefined;
  return typeof source === 'string' ? source : '';
}

/**
 * Notes who made contact with it. It contacts nobody by itself: the real one asks the API server for the endpoints of a
 * service.
 */
export const nettest: Program = async (process, args) => {
  const { flags } = readFlags(args, FLAGS);
  const hostname = process.machine.hostname;
  const state: State = {
    Hostname: hostname,
    Sent: null,
    Received: null,
    Errors: null,
    Log: ['Contacting peers is not simulated.'],
    StillContactingPeers: false,
  };
  await log(process, 'contacting peers is not simulated: this server only notes who contacts it');
  const fail = (text: string): void => {
    state.Errors = [...(state.Errors ?? []), text].slice(-ERRORS_MAX);
  };
  const write = async (call: HttpCall): Promise<void> => {
    try {
      const source = sourceIn((await call.body()).toString());
      const received = new Map(Object.entries(state.Received ?? {}));
      if (source === '') fail(`${hostname}: Got request with no source`);
      else if (received.size < LOG_MAX || received.has(source))
        state.Received = Object.fromEntries(received.set(source, (received.get(source) ?? 0) + 1));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      fail(error.message);
      fail(`${hostname}: Got request with no source`);
    }
    sendText(call, `${JSON.stringify({ Hostname: hostname })}\n`);
  };
  serveHttp(process, flags.port, (call) => {
    if (call.path === '/quit') process.end(0);
    else if (call.path === '/read') sendText(call, JSON.stringify(state, null, '\t'));
    else if (call.path === '/write') return write(call);
    else if (call.path === '/status') {
      const isMet = (contacts: object | null): boolean => Object.keys(contacts ?? {}).length >= flags.peers;
      sendText(call, isMet(state.Sent) && isMet(state.Received) ? 'pass' : 'fail');
    } else sendText(call, '404 page not found\n', 404);
    return undefined;
  });
  if (flags['delay-shutdown'] > 0) {
    const delayMs = flags['delay-shutdown'] * 1000;
    process.handlers.set('TERM', () => void process.machine.clock.schedule(delayMs, () => process.end(0)));
  }
  return forever(process);
};
