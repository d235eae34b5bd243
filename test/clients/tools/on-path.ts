import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');

/** A command by its name, as a shell finds it. */
export const onPath = (name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find(isExecutable);

/** A kubectl of an older version: on PATH under such a name, or beside the kubectl on PATH, where some SDKs have it. */
export function findOlderKubectl(version: string): string | undefined {
  const names = [`kubectl.${version}`, `kubectl-${version}`, `kubectl${version}`];
  const kubectl = onPath('kubectl');
  const beside = kubectl === undefined ? [] : names.map((name) => join(dirname(realpathSync(kubectl)), name));
  return names.map(onPath).find((file) => file !== undefined) ?? beside.find(isExecutable);
}
