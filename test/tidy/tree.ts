import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** What git ignores, and git itself. */
const NOT_OURS = new Set([
  'node_modules',
  'dist',
  '.git',
  '.fauxkube',
  'target',
  '.venv',
  '__pycache__',
  '.pytest_cache',
  'test-results',
]);

/** One file of the repository, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? pathsBelow(path) : [relative(ROOT, path)];
  });
}

/** Every text file of the repository that somebody wrote: nothing generated, recorded or locked. */
export function writtenFiles(): SourceFile[] {
  return pathsBelow(ROOT)
    .filter((path) => /\.(ts|mjs|cjs|json|ya?ml|md|go|mod|py|java|rs|toml)$|(^|\/)(Dockerfile|run|\.[^/]+)$/.test(path))
    .filter((path) => !/\.gen\.|package-lock\.json$|^test\/golden\/.*\.json$|^docs\/conformance\.md$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Sources in TypeScript and JavaScript. */
export const isSource = ({ path }: SourceFile): boolean => /\.(ts|mjs|cjs)$/.test(path);

/** `path:line what is wrong` for each line that a rule does not like. */
export function lineProblems(
  { path, text }: SourceFile,
  problem: (line: string) => string | undefined,
): readonly string[] {
  return text.split('\n').flatMap((line, i) => {
    const what = problem(line);
    return what === undefined ? [] : [`${path}:${i + 1} ${what}`];
  });
}
