// Who one is and what one may do, versions, tokens, configuration.
import {
  check,
  equal,
  file,
  isCluster,
  joined,
  kubectl,
  kubectlCommand,
  kubectlFails,
  match,
  namespace,
  output,
  run,
} from '../tool.mjs';

const { clientVersion, kustomizeVersion, serverVersion } = JSON.parse(await kubectl('version -o json'));

await check('version and cluster-info', async () => {
  match(clientVersion.gitVersion, /^v1\.\d+\.\d+/);
  match(serverVersion.gitVersion, /^v1\.\d+\.\d+/);
  match(kustomizeVersion, /^v5\.\d+\.\d+/);
  if (isCluster)
    match(await kubectl('cluster-info'), /^\S*Kubernetes control plane\S* is running at \S*https:\/\/\S+\n/);
});

await check('auth whoami', async () => {
  if (clientVersion.minor === '27') {
    // It asks only for the versions of this API that there were before v1.
    const why = /^error: the selfsubjectreviews API is not enabled in the cluster\n/;
    return match(await kubectlFails('auth whoami'), why);
  }
  const { status } = JSON.parse(await kubectl('auth whoami -o json'));
  if (!isCluster) equal(status.userInfo.username, `system:serviceaccount:${namespace}:tester`);
  equal(status.userInfo.groups.includes('system:authenticated'), true);
});

await check('auth can-i', async () => {
  equal(await kubectl('auth can-i create deployments.apps'), 'yes\n');
  match(
    await kubectl('auth can-i --list --no-headers'),
    isCluster ? /^\*\.\* +\[\] +\[\] +\[\*\]\n/m : /^pods +\[\] +\[\] +\[.*create.*\]\n/m,
  );
  const nodes = await run(kubectlCommand, ['auth', 'can-i', 'delete', 'nodes', '-A', '-q']);
  equal(nodes.code, isCluster ? 0 : 1);
});

await check('a role and its binding, and what they give to whom', async () => {
  equal(await kubectl('create serviceaccount robot'), 'serviceaccount/robot created\n');
  equal(
    await kubectl('create role reads --verb=get,list --resource=configmaps,deployments.apps'),
    'role.rbac.authorization.k8s.io/reads created\n',
  );
  const binding = `create rolebinding robot-reads --role=reads --serviceaccount=${namespace}:robot`;
  equal(await kubectl(binding), 'rolebinding.rbac.authorization.k8s.io/robot-reads created\n');
  equal(JSON.parse(await kubectl('get role reads -o', 'jsonpath={.rules}')), [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
  ]);
  match(
    await kubectl('describe rolebinding robot-reads'),
    new RegExp(
      `\nRole:\n  Kind:  Role\n  Name:  reads\nSubjects:\n` +
        `  Kind +Name +Namespace *\n  -+ +-+ +-+ *\n  ServiceAccount +robot +${namespace}\n$`,
    ),
  );
});

await check('a token for a service account, and what it may do', async () => {
  const token = (await kubectl('create token robot --duration=20m')).trim();
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  equal([claims.sub, claims.exp - claims.iat], [`system:serviceaccount:${namespace}:robot`, 1200]);
  const config = JSON.parse(await kubectl('config view --raw --minify -o json'));
  for (const user of config.users) user.user = { token };
  const as = ['--kubeconfig', file('robot.kubeconfig', JSON.stringify(config))];
  equal((await run(kubectlCommand, ['auth', 'can-i', 'list', 'configmaps', ...as])).stdout, 'yes\n');
  match(await output(kubectlCommand, ['get', 'configmaps', '-o', 'name', ...as]), /^configmap\/kube-root-ca\.crt$/m);
  const secrets = await run(kubectlCommand, ['get', 'secrets', ...as]);
  const who = `User "system:serviceaccount:${namespace}:robot"`;
  const what = `cannot list resource "secrets" in API group "" in the namespace "${namespace}"`;
  equal(secrets.stderr, `Error from server (Forbidden): secrets is forbidden: ${who} ${what}\n`);
});

await check('auth reconcile brings a role to what its manifest says', async () => {
  const manifest = JSON.stringify({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'reads', namespace },
    rules: [{ apiGroups: [''], resources: ['configmaps', 'pods'], verbs: ['get', 'list'] }],
  });
  match(
    await kubectl(`auth reconcile --remove-extra-permissions -f ${file('role.json', manifest)}`),
    /^role\.rbac\.authorization\.k8s\.io\/reads reconciled\n/,
  );
  equal(await kubectl('get role reads -o', 'jsonpath={.rules[*].resources[*]}'), 'configmaps pods');
});

await check('a configuration that names another namespace', async () => {
  const config = file('other.kubeconfig', await kubectl('config view --raw --minify'));
  const own = (...args) => output(kubectlCommand, [...args, '--kubeconfig', config]);
  await own('config', 'set-context', '--current', '--namespace=elsewhere');
  equal(await own('config', 'view', '-o', 'jsonpath={.contexts[0].context.namespace}'), 'elsewhere');
  const { code, stdout, stderr } = await run(kubectlCommand, ['get', 'pods', '--kubeconfig', config]);
  if (isCluster) equal([code, stdout, stderr], [0, '', 'No resources found in elsewhere namespace.\n']);
  else
    match(
      stderr,
      joined(
        /^Error from server \(Forbidden\): pods is forbidden: User "\S+" cannot list resource /,
        /"pods" in API group "" in the namespace "elsewhere"\n$/,
      ),
    );
});

if (!isCluster)
  await check('a role that gives more than one has, a quota and a node are not for a user of a namespace', async () => {
    const more = await kubectlFails('create role more --verb=* --resource=leases.coordination.k8s.io,resourcequotas');
    match(
      more,
      joined(
        /^Error from server \(Forbidden\): roles\.rbac\.authorization\.k8s\.io "more" is /,
        /forbidden: user "\S+" \(groups=\[.*\]\) is attempting to grant RBAC permissions not /,
        /currently held:\n/,
      ),
    );
    match(
      await kubectlFails('create quota small --hard=pods=1'),
      /^error: failed to create quota: resourcequotas is forbidden: /,
    );
    match(
      await kubectlFails('get nodes'),
      joined(
        /^Error from server \(Forbidden\): nodes is forbidden: User "\S+" cannot list resource /,
        /"nodes" in API group "" at the cluster scope\n$/,
      ),
    );
    match(await kubectlFails('get pods -A'), /at the cluster scope\n$/);
  });

await check('a dry run of create prints what would be sent', async () => {
  const dry = '--dry-run=client -o name';
  equal(await kubectl(`create ingress front --rule=example.com/*=web:80 ${dry}`), 'ingress.networking.k8s.io/front\n');
  equal(
    await kubectl(
      `create secret docker-registry pull --docker-server=example.com --docker-username=u --docker-password=p ${dry}`,
    ),
    'secret/pull\n',
  );
  equal(await kubectl(`create priorityclass high --value=5 ${dry}`), 'priorityclass.scheduling.k8s.io/high\n');
  equal(await kubectl(`create service externalname out --external-name=example.com ${dry}`), 'service/out\n');
});
