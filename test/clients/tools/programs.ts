import { resolve } from 'node:path';
import { built, type Command, type Program } from '../runner/program.ts';
import { versionInGoMod } from '../runner/versions.ts';
import { findOlderKubectl } from './on-path.ts';

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

/** A tool that is a Go module with a command, built as its own `go.mod` says. */
function goTool(name: string, client: string, version: string, command: string, does: string): Program {
  const bin = built('tools', name);
  return {
    name: `tools/${name}`,
    client,
    version,
    does,
    folder: TOOLS,
    build: [['env', 'GOFLAGS=', `GOBIN=${bin}`, 'go', 'install', `${command}@${version}`]],
    run: [process.execPath, `${name}.mjs`],
    env: {
      KUBECTL,
      TOOL: `${bin}/${command
        .replace(/\/v\d+$/, '')
        .split('/')
        .at(-1)}`,
    },
  };
}

export const TOOL_PROGRAMS: readonly Program[] = [
  ...OLDER_KUBECTLS.map((version) => kubectl(version, findOlderKubectl(version), [])),
  newestKubectl(),
];
