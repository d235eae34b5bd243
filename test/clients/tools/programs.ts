import { resolve } from 'node:path';
import { built, type Command, type Program } from '../runner/program.ts';
import { versionInGoMod } from '../runner/versions.ts';
import { findOlderKubectl, onPath } from './on-path.ts';

const TOOLS = 'test/clients/tools';
/** For the part of a program that makes and changes what its tool looks at. */
const KUBECTL = process.env.FAUXKUBE_CLIENTS_KUBECTL ?? 'kubectl';
const OLDER_KUBECTLS = ['1.27', '1.28', '1.29', '1.30', '1.31', '1.32', '1.33'];

function kubectl(version: string, command: string | undefined, build: readonly Command[]): Program {
  const [major, minor] = version.replace('v', '').split('.');
  return {
    name: `tools/kubectl-${major}.${minor}`,
    client: 'kubectl',
    version,
    does: 'what people type: objects, output, workloads, pods, access and nodes',
    folder: TOOLS,
    build,
    run: [process.execPath, 'kubectl/main.mjs'],
    needs: 'kubectl/needs.yaml',
    flags: ['--simulated-metrics', '--kubelet-events=all'],
    ...(command === undefined ? { missing: `no kubectl ${version} on PATH` } : { env: { KUBECTL: command } }),
  };
}

/** The kubectl of the server's own version. */
function newestKubectl(): Program {
  const version = versionInGoMod('test/kubectl-module', 'k8s.io/kubectl').replace('v0.', 'v1.');
  const command = resolve('node_modules/.cache/kubectl', version, 'kubectl');
  return kubectl(version, command, [[process.execPath, 'build-kubectl.mjs']]);
}

/** A tool that is a command of a Go module, built as its own `go.mod` says. */
function goTool(name: string, does: string, command: string, version: string, script: string): Program {
  const bin = built('tools', name);
  // As go calls it: by its last part that is no version.
  const file =
    command
      .replace(/\/v\d+$/, '')
      .split('/')
      .at(-1) ?? '';
  return {
    name: `tools/${name}`,
    client: file,
    version,
    does,
    folder: TOOLS,
    build: [['env', 'GOFLAGS=', `GOBIN=${bin}`, 'go', 'install', `${command}@${version}`]],
    run: [process.execPath, script],
    env: { KUBECTL, TOOL: `${bin}/${file}` },
  };
}

/** A tool that comes as a package of systems, not of a language. */
function systemTool(name: string, does: string): Program {
  const missing = onPath(name) === undefined ? { missing: `no ${name} on PATH` } : {};
  const run = [process.execPath, `${name}.mjs`] as const;
  return {
    name: `tools/${name}`,
    client: name,
    version: 'as installed',
    does,
    folder: TOOLS,
    build: [],
    run,
    ...missing,
  };
}

const CHART = 'a chart with hooks and a test: install, upgrade, rollback, test, uninstall';

export const TOOL_PROGRAMS: readonly Program[] = [
  ...OLDER_KUBECTLS.map((version) => kubectl(version, findOlderKubectl(version), [])),
  newestKubectl(),
  goTool('helm3', CHART, 'helm.sh/helm/v3/cmd/helm', 'v3.22.0', 'helm/main.mjs'),
  goTool('helm4', CHART, 'helm.sh/helm/v4/cmd/helm', 'v4.3.1', 'helm/main.mjs'),
  goTool('kustomize', 'built, applied, pruned', 'sigs.k8s.io/kustomize/kustomize/v5', 'v5.8.1', 'kustomize/main.mjs'),
  goTool('stern', 'logs of pods that come and go', 'github.com/stern/stern', 'v1.33.0', 'stern.mjs'),
  goTool('k9s', 'its tables, views and keys, in a terminal', 'github.com/derailed/k9s', 'v0.50.16', 'k9s.mjs'),
  { ...goTool('kapply', 'inventories', 'sigs.k8s.io/cli-utils/cmd', 'v0.37.2', 'kapply.mjs'), client: 'kapply' },
  systemTool('kapp', 'an app: deployed, inspected, changed, deleted'),
  systemTool('kubecolor', 'kubectl in colours'),
  systemTool('kubectx', 'contexts, and namespaces by kubens'),
];
