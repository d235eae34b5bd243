/** Reads the manifests of operators' Go modules, whose folders `npm run test:operators` tells. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseYamlDocuments, yamlValue } from '../../server/pipeline/yaml.ts';
import type { Json, Operator } from './operator.ts';

export interface Manifest {
  /** File and number of the document, below the module's folder: `examples/route.yaml#0`. */
  readonly title: string;
  readonly object: Json;
}

/** Where an operator's files are. @throws Error when the tests were not started by their command */
export function folderOf({ module }: Operator): string {
  const folders = JSON.parse(process.env.FAUXKUBE_OPERATOR_MODULES ?? '{}') as Record<string, string>;
  const folder = folders[module];
  if (folder === undefined) throw new Error(`there is no ${module}: run this as npm run test:operators`);
  return folder;
}

function yamlFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
  return names.sort().map((name) => join(path, name));
}

/** Undefined for what is no YAML of Kubernetes: templates. */
function objectOf(document: Parameters<typeof yamlValue>[0]): Json | undefined {
  try {
    return yamlValue(document) as Json;
  } catch {
    return undefined;
  }
}

/** Every object in files and folders of an operator's module. Files that are no YAML (templates) are passed over. */
function manifests(operator: Operator, paths: readonly string[]): Manifest[] {
  const folder = folderOf(operator);
  const found: Manifest[] = [];
  for (const file of paths.flatMap((path) => yamlFiles(join(folder, path)))) {
    const { documents } = parseYamlDocuments(readFileSync(file, 'utf8'));
    for (const [number, document] of documents.entries()) {
      const object = document.errors.length > 0 ? undefined : objectOf(document);
      if (object?.kind) found.push({ title: `${relative(folder, file)}#${number}`, object });
    }
  }
  return found;
}

/** Its CustomResourceDefinitions. */
export function definitionsOf(operator: Operator): Json[] {
  const found = manifests(operator, operator.definitions).map(({ object }) => object);
  return found.filter(({ kind }) => kind === 'CustomResourceDefinition');
}

/** The objects of its own kinds among its examples. */
export function samplesOf(operator: Operator, definitions: readonly Json[]): Manifest[] {
  const groups = new Set(definitions.map((definition) => (definition.spec as { group: string }).group));
  const isOwn = ({ object }: Manifest): boolean => groups.has(String(object.apiVersion).split('/')[0] ?? '');
  return manifests(operator, operator.samples).filter(isOwn);
}
