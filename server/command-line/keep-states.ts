/** What the commands for savepoints and snapshots do, over `/-/savepoints` and `/-/snapshot`. */
import { type AdminConnection, exchange, Refused, readConnection } from './admin-connection.ts';
import { nameOfGiven, readGiven } from './given-file.ts';
import { jsonText } from './output.ts';
import { writeWithMode } from './written-file.ts';

export interface SavepointFlags {
  readonly kubeconfig: string;
  readonly output?: string;
}

interface Facts {
  readonly name: string;
  readonly time: string;
  readonly revision: number;
  readonly objects: number;
}

/** A cluster may have much to come to rest from, and large files take their time. */
const TIMEOUT_MS = 120_000;

const path = (name: string, rest = ''): string => `/-/savepoints/${encodeURIComponent(name)}${rest}`;

function ask(connection: AdminConnection, method: string, where: string, body?: object): Promise<string> {
  const text = body && JSON.stringify(body);
  return exchange(connection, method, where, { timeoutMs: TIMEOUT_MS, ...(text !== undefined && { text }) });
}

/** Prints what the work gives, or why it could not be done. */
async function reported(
  { kubeconfig }: SavepointFlags,
  work: (connection: AdminConnection) => Promise<string>,
): Promise<void> {
  try {
    process.stdout.write(await work(readConnection(kubeconfig)));
  } catch (error) {
    process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

const withNewline = (json: string): string => (json.endsWith('\n') ? json : `${json}\n`);

/** JSON as it came, or a text that is made of it. */
const shown = <T>(json: string, { output }: SavepointFlags, text: (value: T) => string): string =>
  output === 'json' ? withNewline(json) : text(JSON.parse(json) as T);

const lineOf = ({ name, objects, revision }: Facts): string =>
  `savepoint/${name} (${objects} objects at revision ${revision})\n`;

export function saveState(
  name: string | undefined,
  flags: SavepointFlags & { readonly settle: boolean; readonly replace?: boolean },
): Promise<void> {
  const { settle, replace } = flags;
  const body = { ...(name !== undefined && { name }), settle, ...(replace && { replace }) };
  return reported(flags, async (to) => shown(await ask(to, 'POST', '/-/savepoints', body), flags, lineOf));
}

export function listStates(flags: SavepointFlags): Promise<void> {
  return reported(flags, async (to) =>
    shown<{ savepoints: Facts[] }>(await ask(to, 'GET', '/-/savepoints'), flags, ({ savepoints }) =>
      tableOf(savepoints),
    ),
  );
}

function tableOf(savepoints: readonly Facts[]): string {
  const rows = [
    ['NAME', 'TIME', 'REVISION', 'OBJECTS'],
    ...savepoints.map(({ name, time, revision, objects }) => [name, time, String(revision), String(objects)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)) + 3);
  return rows.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('')}\n`).join('');
}

export function compareStates(
  name: string,
  other: string | undefined,
  flags: SavepointFlags & { readonly all?: boolean },
): Promise<void> {
  const query = new URLSearchParams({
    format: flags.output === 'json' ? 'json' : 'text',
    ...(other !== undefined && { to: other }),
    ...(flags.all && { all: 'true' }),
  });
  return reported(flags, async (to) => {
    const text = await ask(to, 'GET', path(name, `/diff?${query.toString()}`));
    return flags.output === 'json' ? withNewline(text) : text;
  });
}

export function restoreState(
  name: string,
  flags: SavepointFlags & { readonly watches: string; readonly clock?: boolean },
): Promise<void> {
  const { watches, clock } = flags;
  return reported(flags, async (to) => {
    try {
      return shown(await ask(to, 'POST', path(name, '/restore'), { watches, ...(clock && { clock }) }), flags, lineOf);
    } catch (error) {
      if (!(error instanceof Refused) || !error.causes.some(({ reason }) => reason === 'ClockGoesOn')) throw error;
      throw new Error('time goes on by itself: stop it first (fauxkube clock freeze), or leave out --clock');
    }
  });
}

export function deleteState(name: string, flags: SavepointFlags): Promise<void> {
  return reported(flags, async (to) => {
    const status = await ask(to, 'DELETE', path(name));
    return shown(status, flags, () => `savepoint/${name} deleted\n`);
  });
}

export function exportState(name: string, flags: SavepointFlags & { readonly all?: boolean }): Promise<void> {
  return reported(flags, async (to) => {
    const yaml = await ask(to, 'GET', path(name, `/export${flags.all ? '?all=true' : ''}`));
    if (flags.output !== 'json') return yaml;
    const { parseYamlDocuments, yamlValue } = await import('../pipeline/yaml.ts');
    return jsonText({ apiVersion: 'v1', kind: 'List', items: parseYamlDocuments(yaml).documents.map(yamlValue) });
  });
}

export function writeState(file: string, flags: SavepointFlags & { readonly settle: boolean }): Promise<void> {
  return reported(flags, async (to) => {
    const text = await exchange(to, 'GET', `/-/snapshot?settle=${String(flags.settle)}`, { timeoutMs: TIMEOUT_MS });
    if (file === '-') return text;
    writeWithMode(file, text, 0o600);
    return flags.output === 'json' ? jsonText({ file }) : `${file}\n`;
  });
}

export function readState(file: string, flags: SavepointFlags): Promise<void> {
  return reported(flags, async (to) => {
    const text = await readGiven(file);
    const status = await exchange(to, 'PUT', '/-/snapshot', { text, timeoutMs: TIMEOUT_MS });
    return flags.output === 'json' ? withNewline(status) : `the cluster is as ${nameOfGiven(file)} says\n`;
  });
}
