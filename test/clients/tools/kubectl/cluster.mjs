// What only an administrator does: namespaces, nodes, classes, certificates, custom resources.
import { check, equal, joined, kubectl, kubectlFails, kubectlWith, match } from '../tool.mjs';

const [node] = (await kubectl('get nodes -o', 'jsonpath={.items[*].metadata.name}')).split(' ');

await check('a namespace is deleted with all that is in it', async () => {
  equal(await kubectl('create namespace passing'), 'namespace/passing created\n');
  await kubectl('create configmap inside --from-literal=a=1 -n passing');
  match(await kubectl('delete namespace passing'), /^namespace "passing" deleted\n$/);
  match(await kubectlFails('get configmap inside -n passing'), /NotFound/);
});

await check('taint, and take it back', async () => {
  equal(await kubectl(`taint node ${node} only=tests:NoSchedule`), `node/${node} tainted\n`);
  match(await kubectl(`describe node ${node}`), /\nTaints: +only=tests:NoSchedule\nUnschedulable: +false\n/);
  match(
    await kubectlFails(`taint node ${node} only=others:NoSchedule`),
    /already has only taint\(s\) with same effect\(s\) and --overwrite is false\n$/,
  );
  equal(await kubectl(`taint node ${node} only-`), `node/${node} untainted\n`);
});

await check('label nodes, and get them', async () => {
  equal(await kubectl(`label node ${node} disk=fast`), `node/${node} labeled\n`);
  match(
    await kubectl('get nodes -l disk=fast'),
    new RegExp(`^NAME +STATUS +ROLES +AGE +VERSION\n${node} +Ready +<none> +\\S+ +v1\\.\\d+\\.\\d+\n$`),
  );
});

await check('cordon, drain within a disruption budget, uncordon', async () => {
  await kubectl('create deployment moved --image=nginx --replicas=2');
  await kubectl(
    'patch deployment moved -p',
    JSON.stringify({ spec: { template: { spec: { nodeSelector: { disk: 'fast' } } } } }),
  );
  await kubectl('rollout status deployment moved --timeout=60s');
  await kubectl('create poddisruptionbudget moved --selector=app=moved --min-available=2');
  await kubectl('wait pdb moved --for=jsonpath={.status.currentHealthy}=2 --timeout=30s');
  equal(await kubectl(`cordon ${node}`), `node/${node} cordoned\n`);
  match(await kubectl(`get node ${node} --no-headers`), /^\S+ +Ready,SchedulingDisabled /);
  const drain = `drain ${node} --ignore-daemonsets --delete-emptydir-data --pod-selector=app=moved`;
  const refused = await kubectlFails(`${drain} --timeout=2s`);
  match(
    refused,
    joined(
      /error when evicting pods\/"moved-\S+" -n "\S+" \(will retry after 5s\): Cannot evict /,
      /pod as it would violate the pod's disruption budget\.\n/,
    ),
  );
  await kubectl('delete pdb moved');
  match(
    await kubectl(drain),
    new RegExp(
      `^node/${node} already cordoned\n(evicting pod \\S+/moved-\\S+\n){2}` +
        `(pod/moved-\\S+ evicted\n){2}node/${node} drained\n$`,
    ),
  );
  equal(await kubectl(`uncordon ${node}`), `node/${node} uncordoned\n`);
  await kubectl('rollout status deployment moved --timeout=60s');
  await kubectl('delete deployment moved');
  equal(await kubectl(`label node ${node} disk-`), `node/${node} unlabeled\n`);
});

await check('top of nodes', async () => {
  match(await kubectl(`top node ${node} --no-headers`), /^\S+ +\d+m +\d+% +\d+Mi +\d+% *\n$/);
});

await check('cluster roles, and what they are made of', async () => {
  await kubectl('create clusterrole watches --verb=watch --resource=pods --resource-name=one');
  match(
    await kubectl('describe clusterrole watches'),
    joined(
      /\nPolicyRule:\n +Resources +Non-Resource URLs +Resource Names +Verbs *\n +-+ +-+ +-+ +/,
      /-+ *\n +pods +\[\] +\[one\] +\[watch\]\n$/,
    ),
  );
  await kubectl('create clusterrolebinding watches --clusterrole=watches --user=jane');
  equal(await kubectl('auth can-i watch pods/one --as=jane'), 'yes\n');
  equal(
    await kubectl('auth can-i watch pods/one --as=john').catch(({ message }) => message),
    'auth can-i watch pods/one ended with 1: no\n',
  );
  await kubectl('delete clusterrole,clusterrolebinding watches');
});

await check('a custom resource is there as soon as its definition is established', async () => {
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 } } },
      status: { type: 'object', properties: { ready: { type: 'boolean' } } },
    },
  };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: schema },
    subresources: { status: {} },
    additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
  };
  const names = { plural: 'boxes', singular: 'box', kind: 'Box', shortNames: ['bx'] };
  const spec = { group: 'example.com', scope: 'Namespaced', names, versions: [version] };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boxes.example.com' },
    spec,
  };
  await kubectlWith(JSON.stringify(definition), 'apply -f -');
  await kubectl('wait crd/boxes.example.com --for=condition=Established --timeout=30s');
  const box = (size) =>
    JSON.stringify({ apiVersion: 'example.com/v1', kind: 'Box', metadata: { name: 'first' }, spec: { size } });
  equal(await kubectlWith(box(1), 'apply -f -'), 'box.example.com/first created\n');
  const bad = await kubectlWith(box(0), 'apply -f -').catch(({ message }) => message);
  match(
    bad,
    joined(
      /: The Box "first" is invalid: spec\.size: Invalid value: 0: spec\.size in body should /,
      /be greater than or equal to 1\n$/,
    ),
  );
  match(await kubectl('get bx'), /^NAME +SIZE\nfirst +1\n$/);
  await kubectl('patch box first --subresource=status --type=merge -p', '{"status":{"ready":true}}');
  equal(
    await kubectl('wait box first --for=jsonpath={.status.ready}=true --timeout=10s'),
    'box.example.com/first condition met\n',
  );
  match(
    await kubectl('explain box.spec.size'),
    /^GROUP: +example\.com\nKIND: +Box\nVERSION: +v1\n\nFIELD: size <integer>\n/,
  );
  await kubectl('delete crd boxes.example.com');
});
