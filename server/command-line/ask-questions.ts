import { type Finding, SEVERITIES } from '../cluster/lint/finding.ts';
import { LINT_RULES } from '../cluster/lint/lint.ts';
import { lintText } from '../cluster/lint/lint-text.ts';
import type { Enforcement } from '../cluster/permissions/permissions.ts';
import { exchange, readConnection, send } from './admin-connection.ts';
import { nameOfGiven, readGiven } from './given-file.ts';
import { jsonText, type Output } from './output.ts';
import { reported } from './reported.ts';
import { USAGE_EXIT_CODE } from './usage.ts';

interface Flags {
  readonly kubeconfig: string;
}

const indented = (text: string): string => jsonText(JSON.parse(text) as object);

/** Without a namespace, objects that have none are looked for first. */
export async function tellWhy(
  [kind, name]: readonly [kind: string, name: string],
  { kubeconfig, namespace, output }: Flags & { readonly namespace?: string; readonly output: Output },
): Promise<void> {
  await reported(async () => {
    const connection = readConnection(kubeconfig);
    const path = (...parts: string[]): string =>
      `/-/why/${parts.map((part) => encodeURIComponent(part)).join('/')}?format=${output}`;
    const ask = (...parts: string[]): Promise<string> => exchange(connection, 'GET', path(kind, ...parts));
    const text = await (namespace === undefined
      ? ask(name).catch((error: Error) =>
          /NAMESPACE\/NAME/.test(error.message) ? ask('default', name) : reject(error),
        )
      : ask(namespace, name));
    return output === 'json' ? indented(text) : text;
  });
}

function reject(error: Error): never {
  throw error;
}

/** Findings, and code 1 for those that shall not be; 2 when nobody could be asked. */
export async function lint({
  kubeconfig,
  since,
  failOn,
  output,
}: Flags & { readonly since?: string; readonly failOn: string; readonly output: Output }): Promise<void> {
  await reported(async () => {
    const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`;
    const text = await exchange(readConnection(kubeconfig), 'GET', `/-/lint${query}`);
    const { findings } = JSON.parse(text) as { readonly findings: readonly Finding[] };
    const words = failOn.split(',').map((word) => word.trim());
    const known = ['none', ...SEVERITIES, ...LINT_RULES.map(({ name }) => name)];
    const unknown = words.find((word) => !known.includes(word));
    if (unknown !== undefined)
      throw new Error(`--fail-on: there is no ${JSON.stringify(unknown)}; there are ${known.join(', ')}`);
    const fails = ({ rule, severity }: Finding): boolean =>
      words.includes('info') || words.includes(severity) || words.includes(rule);
    if (findings.some(fails)) process.exitCode = 1;
    return output === 'json' ? indented(text) : lintText(findings);
  }, USAGE_EXIT_CODE);
}

export async function printRbac({
  kubeconfig,
  user,
  names = false,
  refused = false,
  output,
}: Flags & {
  readonly user?: string;
  readonly names?: boolean;
  readonly refused?: boolean;
  readonly output: 'yaml' | 'json';
}): Promise<void> {
  await reported(async () => {
    const who = user === undefined ? '' : `/${encodeURIComponent(user)}`;
    const query = new URLSearchParams({ format: output, names: String(names), refused: String(refused) });
    const text = await exchange(readConnection(kubeconfig), 'GET', `/-/rbac${who}?${query.toString()}`);
    return output === 'json' ? indented(text) : text;
  });
}

export async function changeRbac(
  method: 'POST' | 'DELETE',
  path: string,
  { kubeconfig, output }: Flags & { readonly output: Output },
  file?: string,
): Promise<void> {
  await reported(async () => {
    const recorded = file === undefined ? { identities: 'recorded' } : await recordedIn(file);
    const body = method === 'POST' ? recorded : undefined;
    const answer = await send<Partial<Enforcement>>(readConnection(kubeconfig), method, path, body);
    return output === 'json' ? jsonText(answer) : (answer.identities ?? []).map(({ user }) => `${user}\n`).join('');
  });
}

/** @throws Error when the file is none that `rbac print -o json` has written */
async function recordedIn(file: string): Promise<object> {
  const text = await readGiven(file);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = undefined;
  }
  if (typeof found === 'object' && found !== null && 'identities' in found) return found;
  // That of one user.
  if (typeof found === 'object' && found !== null && 'user' in found) return { identities: [found] };
  throw new Error(`${nameOfGiven(file)} has to be what "fauxkube rbac print -o json" writes`);
}
