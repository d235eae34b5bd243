/**
 * Fields that servers of an older version have and do not use: the comment of a field in Go names its feature gates,
 * and the sources of kube-apiserver say which of them are off unless somebody switches them on.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of a module, downloaded first. */
function moduleFolder(path: string, version: string): string {
  const output = execFileSync('go', ['mod', 'download', '-json', `${path}@${version}`], {
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  return (JSON.parse(output.toString()) as { Dir: string }).Dir;
}

/** `kube_features.go`; 1.31 and 1.32 have `versioned_kube_features.go` besides, which counts. */
const GATE_FILE = /kube_features\.go$/;

/** `ImageVolume: {Default: false, PreRelease: featuregate.Alpha},` */
const PLAIN_GATE = /^\t(?:\w+\.)?(\w+):\s*\{Default: (true|false)[^}]*\}/gm;
/** `ImageVolume: {` and below it a line for each version in which something changed. */
const VERSIONED_GATE = /^\t(?:\w+\.)?(\w+):\s*\{\n(.*?)^\t\}/gms;
const VERSION_OF_GATE = /Version: version\.MustParse\("1\.(\d+)"\), Default: (true|false)/g;
const NAME_OF_GATE = /^\s*(\w+)\s+featuregate\.Feature = "(\w+)"/gm;

/** Every feature gate, and whether it is on by default. */
function gatesOf(gitVersion: string): Map<string, boolean> {
  const minor = Number(gitVersion.split('.')[1]);
  const staged = gitVersion.replace(/^v1\./, 'v0.');
  const gates = new Map<string, boolean>();
  for (const folder of [
    moduleFolder('k8s.io/kubernetes', gitVersion),
    moduleFolder('k8s.io/apiserver', staged),
    moduleFolder('k8s.io/apiextensions-apiserver', staged),
  ]) {
    const files = readdirSync(join(folder, 'pkg/features')).filter((name) => GATE_FILE.test(name));
    const text = files.map((name) => readFileSync(join(folder, 'pkg/features', name), 'utf8')).join('\n');
    const names = new Map([...text.matchAll(NAME_OF_GATE)].map(([, variable = '', name = '']) => [variable, name]));
    const set = (variable: string, isOn: boolean): void => void gates.set(names.get(variable) ?? variable, isOn);
    for (const [, variable = '', isOn] of text.matchAll(PLAIN_GATE)) set(variable, isOn === 'true');
    for (const [, variable = '', block = ''] of text.matchAll(VERSIONED_GATE)) {
      for (const [, since, isOn] of block.matchAll(VERSION_OF_GATE))
        if (Number(since) <= minor) set(variable, isOn === 'true');
    }
  }
  return gates;
}

const STRUCT = /^type (\w+) struct \{\n(.*?)^\}/gms;
const FIELD = /json:"(\w+)/;
const EMBEDDED = /^(\w+) +`json:",inline"/;
/** How comments name gates. */
const MENTIONS = [
  /\+featureGate=(\w+)/g,
  /requires\s+(?:enabling\s+)?(?:the\s+)?(\w+)\s+feature/g,
  /enabl\w+\s+(?:the\s+)?(\w+)\s+feature/gi,
  /enable\s+(\w+)\s+to\s+be\s+able/gi,
  /(\w+)`?\s+feature\s+gate/g,
  /feature[ -]gates?\s+`?(\w+)/g,
];

/** The struct fields of a folder of Go files; embedded ones have no name, and the type instead of a comment. */
function* fieldsOf(folder: string): Generator<[type: string, field: string, comment: string]> {
  const files = readdirSync(folder).filter((name) => /^types\w*\.go$/.test(name) && !name.includes('swagger'));
  for (const name of files) {
    for (const [, type = '', body = ''] of readFileSync(join(folder, name), 'utf8').matchAll(STRUCT)) {
      let comment = '';
      for (const line of body.split('\n').map((text) => text.trim())) {
        if (line.startsWith('//')) comment += `${line.slice(2)}\n`;
        else {
          const field = FIELD.exec(line)?.[1];
          if (field !== undefined) yield [type, field, comment];
          const embedded = EMBEDDED.exec(line)?.[1];
          if (embedded !== undefined) yield [type, '', embedded];
          comment = '';
        }
      }
    }
  }
}

/** Folders with types, and what OpenAPI calls them. */
function packagesOf(gitVersion: string): [folder: string, model: string][] {
  const staged = gitVersion.replace(/^v1\./, 'v0.');
  const api = moduleFolder('k8s.io/api', staged);
  const groups = readdirSync(api).filter((name) => /^[a-z]+$/.test(name) && name !== 'testdata');
  const packages = groups.flatMap((group) =>
    readdirSync(join(api, group))
      .filter((version) => /^v\d/.test(version))
      .map((version): [string, string] => [join(api, group, version), `io.k8s.api.${group}.${version}`]),
  );
  const extensions = join(moduleFolder('k8s.io/apiextensions-apiserver', staged), 'pkg/apis/apiextensions/v1');
  return [...packages, [extensions, 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1']];
}

/** Fields of which only some values need a gate, or only changes, and some that have a default all the same. */
const KEPT = new Set([
  'CELDeviceSelector#expression',
  'DeviceConstraint#matchAttribute',
  'HorizontalPodAutoscalerSpec#minReplicas',
  'PersistentVolumeSpec#nodeAffinity',
  'PodResourceClaim#resourceClaimTemplateName',
  'SecurityContext#procMount',
  'Toleration#operator',
]);

/** Gates of fields whose comment names none, as the strategies of their kinds have them. */
const UNMENTIONED: Readonly<Record<string, string>> = {
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion#selectableFields':
    'CustomResourceFieldSelectors',
};

/** Whether a field is there and its features are off. */
function isOff(path: string, comment: string, gates: ReadonlyMap<string, boolean>): boolean {
  const mentioned = MENTIONS.flatMap((pattern) => [...comment.matchAll(pattern)].map(([, gate = '']) => gate));
  const known = [...mentioned, UNMENTIONED[path] ?? ''].filter((gate) => gates.has(gate));
  return (
    known.length > 0 &&
    !KEPT.has(path.slice(path.lastIndexOf('.') + 1)) &&
    known.every((gate) => gates.get(gate) === false)
  );
}

/** `type#field` of what is dropped when a client sends it. */
export function fieldsThatAreOff(gitVersion: string): Set<string> {
  const gates = gatesOf(gitVersion);
  const off = new Set<string>();
  for (const [folder, model] of packagesOf(gitVersion).filter(([path]) => existsSync(path))) {
    const fields = [...fieldsOf(folder)];
    for (const [type, field, comment] of fields) {
      const path = `${model}.${type}#${field}`;
      if (field !== '' && isOff(path, comment, gates)) off.add(path);
    }
    for (const [type, name, embedded] of fields) {
      if (name !== '') continue;
      for (const [inner, field] of fields)
        if (inner === embedded && off.has(`${model}.${inner}#${field}`)) off.add(`${model}.${type}#${field}`);
    }
  }
  return off;
}
