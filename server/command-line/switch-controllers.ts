/** `fauxkube controllers list|enable|disable|unset`: the switches of a running cluster, over `/-/controllers`. */
import { readConnection, send } from './admin-connection.ts';
import { eachNamed } from './each-named.ts';
import { jsonText, type Output } from './output.ts';
import { reported } from './reported.ts';

interface Flags {
  readonly kubeconfig: string;
  readonly namespace?: string;
  readonly output: Output;
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
export async function listControllers({ kubeconfig, output }: Flags): Promise<void> {
  await reported(async () => {
    const { controllers } = await send<{ controllers: State[] }>(readConnection(kubeconfig), 'GET', PATH);
    return told(controllers, output);
  });
}

/** Throws the switches of some controllers, and tells how they are then. */
export async function switchControllers(
  verb: 'enable' | 'disable' | 'unset',
  names: readonly string[],
  { kubeconfig, namespace, output }: Flags,
): Promise<void> {
  await reported(async () => {
    const connection = readConnection(kubeconfig);
    const states = await eachNamed(names, (name) => {
      const path = `${PATH}/${encodeURIComponent(name)}`;
      const body = { enabled: verb === 'enable', ...(namespace !== undefined && { namespace }) };
      return verb === 'unset'
        ? send<State>(connection, 'DELETE', `${path}?namespace=${encodeURIComponent(namespace ?? '')}`)
        : send<State>(connection, 'PUT', path, body);
    });
    return told(states, output);
  });
}

const told = (controllers: readonly State[], output: Output): string =>
  output === 'json' ? jsonText({ controllers }) : controllers.map(linesOf).join('');

function linesOf({ name, enabled, namespaces = {}, objects = [] }: State): string {
  const lines = [
    `${name} ${word(enabled)}`,
    ...Object.entries(namespaces).map(([namespace, isOn]) => `  ${word(isOn)} in namespace ${namespace}`),
    ...objects.map((object) => `  off for ${object.kind} ${[object.namespace, object.name].filter(Boolean).join('/')}`),
  ];
  return `${lines.join('\n')}\n`;
}
