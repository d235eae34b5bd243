/** Where the definitions of real operators come from: their own Go modules, read when the test runs. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Operator {
  readonly name: string;
  /** `module@version` */
  readonly module: string;
  readonly folder: string;
}

export const OPERATORS: readonly Operator[] = [
  { name: 'gateway-api', module: 'sigs.k8s.io/gateway-api@v1.4.0', folder: 'config/crd/standard' },
  { name: 'cert-manager', module: 'github.com/cert-manager/cert-manager@v1.21.2', folder: 'deploy/crds' },
  {
    name: 'prometheus-operator',
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    folder: 'example/prometheus-operator-crd',
  },
  { name: 'argo-rollouts', module: 'github.com/argoproj/argo-rollouts@v1.8.3', folder: 'manifests/crds' },
  { name: 'knative', module: 'knative.dev/serving@v0.51.0', folder: 'config/core/300-resources' },
  { name: 'istio', module: 'istio.io/api@v1.32.0', folder: 'kubernetes' },
];

/** @throws Error when Go or the module is not there */
function directoryOf(module: string): string {
  const { stdout, stderr, error } = spawnSync('go', ['mod', 'download', '-json', module], { cwd: tmpdir() });
  if (error) throw new Error(`definitions come from Go modules, and go cannot be run: ${error.message}`);
  const { Dir: directory, Error: why } = JSON.parse(stdout.toString() || '{}') as { Dir?: string; Error?: string };
  if (directory === undefined) throw new Error(`${module} cannot be downloaded: ${why ?? stderr.toString()}`);
  return directory;
}

/** The definitions of an operator, each a document of YAML. */
export function definitionTexts({ module, folder }: Operator): string[] {
  const path = join(directoryOf(module), folder);
  const files = readdirSync(path).filter((name) => name.endsWith('.yaml'));
  const documents = files.sort().flatMap((name) => readFileSync(join(path, name), 'utf8').split(/^---.*$/m));
  return documents.filter((text) => /^kind: CustomResourceDefinition$/m.test(text));
}
