/** Files that say what the images of pods do: those of the package, and the user's. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fixtureFiles } from './fixtures/paths.ts';

export interface BehaviourFile {
  readonly file: string;
  readonly value: unknown;
  /** Whether it is none of the package. */
  readonly isGiven: boolean;
}

/** One folder up from dist/, two from the sources. @throws Error when the package is not whole */
function ownFolder(): string {
  const folders = ['../fixtures/pods', '../../fixtures/pods'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = folders.find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`${folders[0]} is missing: the package brings it, beside dist/`);
  return found;
}

/**
 * The user's come first. Read when the first pod starts: most of a start does without the reader of YAML.
 *
 * @param paths files and folders of the user
 * @throws Error for what cannot be read
 */
export async function readPodBehaviours(paths: readonly string[]): Promise<BehaviourFile[]> {
  const { parseYaml } = await import('../pipeline/yaml.ts');
  const read = (folders: readonly string[], isGiven: boolean): BehaviourFile[] =>
    fixtureFiles(folders).map((file) => {
      try {
        return { file, value: parseYaml(readFileSync(file, 'utf8')), isGiven };
      } catch (error) {
        throw new Error(`${file}: ${(error as Error).message}`);
      }
    });
  return [...read(paths, true), ...read([ownFolder()], false)];
}
