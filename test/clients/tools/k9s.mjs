// k9s, by its keys: tables that follow the cluster, details, logs, a shell, scaling and deleting.
import { dirname } from 'node:path';
import { Terminal } from './terminal.mjs';
import { check, equal, isCluster, kubectl, kubectlCommand, kubectlFails, match, namespace } from './tool.mjs';

const { TOOL } = process.env;
const ESCAPE = String.fromCharCode(27);
const CTRL_D = String.fromCharCode(4);
const TAB = '\t';
const BACKSPACE = String.fromCharCode(127);

await kubectl('run first --image=busybox -i --attach=false -- sh -c', 'echo said by the first; read word');
await kubectl('wait pod first --for=condition=Ready --timeout=60s');
// It opens shells with the kubectl on PATH.
const folder = kubectlCommand.includes('/') ? `${dirname(kubectlCommand)}:` : '';
const k9s = new Terminal(`${TOOL} --command pods --refresh 1 --logoless`, { PATH: `${folder}${process.env.PATH}` });

// The way to what is shown, below it, is drawn last.
const pods = /│ first +● +1\/1[\s\S]*\n *<pod>\s*$/;

await check('shows the pods of the namespace, and of which version the server is', async () => {
  await k9s.shows(new RegExp(`pods\\(${namespace}\\)\\[1\\]`));
  await k9s.shows(/│ first +● +1\/1 +Running +0 /);
  const { serverVersion } = JSON.parse(await kubectl('version -o json'));
  await k9s.shows(new RegExp(`K8s Rev: +${serverVersion.gitVersion}\\b`));
});

await check('shows pods that come and go', async () => {
  await kubectl('run second --image=nginx');
  await k9s.shows(new RegExp(`pods\\(${namespace}\\)\\[2\\]`));
  await k9s.shows(/│ second +● +1\/1 +Running /);
  await kubectl('delete pod second --now');
  await k9s.shows(new RegExp(`pods\\(${namespace}\\)\\[1\\]`));
});

await check('describes a pod', async () => {
  k9s.type('d');
  await k9s.shows(/Name: +first/);
  await k9s.shows(/Node: +\S+\/[\d.]+[\s\S]*<describe>\s*$/);
  k9s.type(ESCAPE);
  await k9s.shows(pods);
});

await check('shows YAML', async () => {
  k9s.type('y');
  await k9s.shows(/apiVersion: v1[\s\S]*kind: Pod[\s\S]*<yaml>\s*$/);
  k9s.type(ESCAPE);
  await k9s.shows(pods);
});

await check('shows the log', async () => {
  k9s.type('l');
  await k9s.shows(/│ said by the first[\s\S]*<logs>\s*$/);
  k9s.type(ESCAPE);
  await k9s.shows(pods);
});

await check('opens a shell in a pod', async () => {
  k9s.type('s');
  await k9s.shows(/[$#] *$/m);
  k9s.type('echo $((40 + 2)) in $(hostname)\r');
  await k9s.shows(/^42 in first$/m);
  k9s.type('exit\r');
  await k9s.shows(pods);
});

await check('scales a deployment', async () => {
  await kubectl('create deployment web --image=nginx');
  k9s.type(':deployments\r');
  await k9s.shows(/│ web +1\/1 [\s\S]*<deployment>\s*$/);
  k9s.type('s');
  await k9s.shows(/Replicas:? +1/);
  k9s.type(`${BACKSPACE}3${TAB}\r`);
  await k9s.shows(/│ web +3\/3 [\s\S]*<deployment>\s*$/);
  equal(await kubectl('get deployment web -o', 'jsonpath={.spec.replicas}'), '3');
});

await check('deletes what is selected, after asking', async () => {
  k9s.type(CTRL_D);
  await k9s.shows(/Delete deployments? /);
  k9s.type(`${TAB}\r`);
  await k9s.shows(new RegExp(`deployments\\(${namespace}\\)\\[0\\]`));
  match(await kubectlFails('get deployment web'), /NotFound/);
});

await check('shows other kinds by their short names', async () => {
  await kubectl('create configmap settings --from-literal=a=1');
  k9s.type(':cm\r');
  await k9s.shows(/│ settings +1 [\s\S]*<configmap>\s*$/);
});

if (isCluster)
  await check('shows nodes', async () => {
    k9s.type(':nodes\r');
    await k9s.shows(/│ \S+ +(● +)?Ready +<none> .*v1\.\d+\.\d+/);
  });
else
  await check('tells that nodes are forbidden', async () => {
    k9s.type(':nodes\r');
    await k9s.shows(/<error>[\s\S]*\(list\) access denied for user[\s\S]*Dismiss[\s\S]*<configmap>\s*$/);
    k9s.type('\r');
  });

await check('ends', async () => {
  k9s.type(':quit\r');
  equal((await k9s.running.ended).code, 0);
});
await k9s.end();
