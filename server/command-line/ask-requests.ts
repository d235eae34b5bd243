import { readFile } from 'node:fs/promises';
import type { RequestEvent } from '../cluster/journal/event.ts';
import type { ReplayResult } from '../cluster/journal/replay.ts';
import { exchange, readConnection, send } from './admin-connection.ts';
import { jsonText, type Output } from './output.ts';
import { reported } from './reported.ts';
import type { RequestFlags } from './requests.ts';

interface Events {
  readonly items: readonly RequestEvent[];
  readonly mark: number;
}

interface Flags {
  readonly kubeconfig: string;
  readonly output: Output;
}

const PATH = '/-/requests';
/** Beyond what the server waits. */
const PATIENCE_MS = 10_000;

const matchOf = (flags: RequestFlags): object => {
  const { resource, namespace, name, verb, user, userAgent, code, testId, path } = flags;
  return Object.fromEntries(
    Object.entries({ resource, namespace, name, verb, user, userAgent, code, testId, path }).filter(
      ([, value]) => value !== undefined,
    ),
  );
};

function queryOf(flags: RequestFlags): string {
  const { since, limit, controllers } = flags;
  const query = new URLSearchParams({
    ...matchOf(flags),
    ...(since !== undefined && { since }),
    ...(limit !== undefined && { limit: String(limit) }),
    ...(controllers && { controllers: 'true' }),
  });
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** Prints requests: those there are, or those that are waited for. */
export async function listRequests(flags: RequestFlags): Promise<void> {
  await reported(async () => {
    const events = await (flags.wait ? waited(flags) : listed(flags));
    if (flags.output === 'json') return jsonText(events);
    return events.items.map(lineOf).join('');
  });
}

const listed = (flags: RequestFlags): Promise<Events> =>
  send<Events>(readConnection(flags.kubeconfig), 'GET', PATH + queryOf(flags));

async function waited(flags: RequestFlags): Promise<Events> {
  const { since, count, timeout = 0, controllers = false } = flags;
  const text = JSON.stringify({
    match: matchOf(flags),
    count,
    timeoutSeconds: timeout / 1000,
    controllers,
    ...(since !== undefined && { since: Number(since) }),
  });
  const timeoutMs = timeout + PATIENCE_MS;
  return JSON.parse(
    await exchange(readConnection(flags.kubeconfig), 'POST', `${PATH}/wait`, { text, timeoutMs }),
  ) as Events;
}

/** `2026-11-26T20:00:00.000000Z 201 create configmaps default/a kubernetes-admin kubectl/v1.37.2` */
function lineOf(event: RequestEvent): string {
  const { requestReceivedTimestamp: time, responseStatus, verb, objectRef, requestURI, user, userAgent = '' } = event;
  const { resource = '', apiGroup, subresource, namespace, name } = objectRef ?? {};
  const whole = [resource, apiGroup].filter(Boolean).join('.');
  const what = objectRef ? [whole, subresource].filter(Boolean).join('/') : requestURI;
  const key = [namespace, name].filter(Boolean).join('/');
  const who = event.impersonatedUser?.username ?? user.username ?? '-';
  const words = [time, responseStatus?.code ?? '-', verb, what, key, who, userAgent];
  return `${words.filter((word) => word !== '').join(' ')}\n`;
}

export async function printTape(flags: RequestFlags): Promise<void> {
  await reported(async () => {
    const tape = await exchange(readConnection(flags.kubeconfig), 'GET', `${PATH}/tape${queryOf(flags)}`);
    if (flags.output === 'text') return tape;
    const lines = tape.split('\n').filter((line) => line !== '');
    return jsonText(lines.map((line) => JSON.parse(line) as object));
  });
}

/** Tells which writes were answered differently. */
export async function replayTape(
  tape: string,
  { kubeconfig, exact = false, output }: Flags & { readonly exact?: boolean },
): Promise<void> {
  await reported(async () => {
    const path = `${PATH}/replay${exact ? '?exact=true' : ''}`;
    const text = await readFile(tape, 'utf8');
    const answer = await exchange(readConnection(kubeconfig), 'POST', path, { text, timeoutMs: REPLAY_TIMEOUT_MS });
    const result = JSON.parse(answer) as ReplayResult;
    const { replayed, differences } = result;
    if (differences.length > 0) process.exitCode = 1;
    if (output === 'json') return jsonText(result);
    const lines = differences.map(
      ({ sequence, request, expected, code, message = '' }) =>
        `#${sequence} ${request}: ${code} instead of ${expected}${message === '' ? '' : `: ${message}`}\n`,
    );
    return `${lines.join('')}${replayed} sent, ${differences.length} answered differently\n`;
  });
}

const REPLAY_TIMEOUT_MS = 600_000;

export async function setLevel(level: string | undefined, { kubeconfig, output }: Flags): Promise<void> {
  await reported(async () => {
    const connection = readConnection(kubeconfig);
    const path = `${PATH}/level`;
    const answer = await (level === undefined
      ? send<{ level: string }>(connection, 'GET', path)
      : send<{ level: string }>(connection, 'PUT', path, { level }));
    return output === 'json' ? jsonText(answer) : `${answer.level}\n`;
  });
}

export async function clearRequests({ kubeconfig, output }: Flags): Promise<void> {
  await reported(async () => {
    const status = await send<object>(readConnection(kubeconfig), 'DELETE', PATH);
    return output === 'json' ? jsonText(status) : '';
  });
}
