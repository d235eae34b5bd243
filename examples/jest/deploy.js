/** A script as pipelines have it: applies a folder of manifests, and waits until everything is rolled out. */
const { execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** @param kubeconfig the text of one */
function deploy(manifests, kubeconfig) {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  const kubectl = (...args) =>
    execFileSync(process.env.KUBECTL ?? 'kubectl', [`--kubeconfig=${file}`, ...args], { encoding: 'utf8', stdio: 'pipe' });
  try {
    const applied = kubectl('apply', '--output=name', `--filename=${manifests}`).trim().split('\n');
    for (const name of applied.filter((object) => object.startsWith('deployment.')))
      kubectl('rollout', 'status', name, '--timeout=10s');
    return applied;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

module.exports = { deploy };
