/** `fauxkube controllers list|enable|disable|unset`: the switches of a running cluster, over `/-/controllers`. */
import { readConnection, send } from './admin-connection.ts';
import { reported } from './reported.ts';

interface Flags {
  readonly kubeconfig: string;
  readonly namespace?: string;
}

interface State {
  readonly name: string;
  readonly enabled: boolean;
  readonly namespaces?: Readonly<Record<string, boolean>>;
  readonly objects?: readonly { readonly kind: string; readonly namespace?: string; readonly name: string }[];
}

const PATH = '/-/controllers';
const word = (enabled: boolean): string => (enabled ? 'on' : 'off');

/** One line for each controller, and one for each exception. */
export async function listControllers({ kubeconfig }: Flags): Promise<void> {
  await reported(async () => {
    const { controllers } = await send<{ controllers: State[] }>(readConnection(kubeconfig), 'GET', PATH);
    return controllers.map(linesOf).join('');
  });
}

/** Throws the switches of some controllers, and tells how they are then. */
export async function switchControllers(
  verb: 'enable' | 'disable' | 'unset',
  names: readonly string[],
  { kubeconfig, namespace }: Flags,
): Promise<void> {
  await reported(async () => {
    const connection = readConnection(kubeconfig);
    const lines: string[] = [];
    for (const name of names) {
      const path = `${PATH}/${encodeURIComponent(name)}`;
      const body = { enabled: verb === 'enable', ...(namespace !== undefined && { namespace }) };
      const state =
        verb === 'unset'
          ? await send<State>(connection, 'DELETE', `${path}?namespace=${encodeURIComponent(namespace ?? '')}`)
          : await send<State>(connection, 'PUT', path, body);
      lines.push(linesOf(state));
    }
    return lines.join('');
  });
}

function linesOf({ name, enabled, namespaces = {}, objects = [] }: State): string {
  const lines = [
    `${name} ${word(enabled)}`,
    ...Object.entries(namespaces).map(([namespace, isOn]) => `  ${word(isOn)} in namespace ${namespace}`),
    ...objects.map((object) => `  off for ${object.kind} ${[object.namespace, object.name].filter(Boolean).join('/')}`),
  ];
  return `${lines.join('\n')}\n`;
}
