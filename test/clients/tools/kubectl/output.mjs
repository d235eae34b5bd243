// What kubectl prints of objects: get in its forms, watches, describe, explain, discovery, completion, proxy, plugins.
import { dirname } from 'node:path';
import {
  check,
  equal,
  file,
  joined,
  kubectl,
  kubectlCommand,
  kubectlFails,
  kubectlWith,
  match,
  namespace,
  output,
  startKubectl,
} from '../tool.mjs';

const secrets = ['c', 'a', 'b'].map((name, nth) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `shown-${name}`, labels: { shown: name, order: `${nth}` } },
  stringData: { word: `of ${name}` },
}));

await kubectlWith(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: secrets }), 'create -f -');

await check('get prints a table, with labels and more', async () => {
  const table = await kubectl('get secrets -l shown --no-headers');
  match(table, /^shown-a +Opaque +1 +\d+s\nshown-b +Opaque +1 +\d+s\nshown-c +Opaque +1 +\d+s\n$/);
  match(await kubectl('get secret shown-a -L shown'), /^NAME +TYPE +DATA +AGE +SHOWN\nshown-a +Opaque +1 +\d+s +a\n$/);
  const service = await kubectl('create service clusterip shown --tcp=80:8080 -o name');
  equal(service, 'service/shown\n');
  const wide = joined(
    /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE +SELECTOR\nshown +ClusterIP +/,
    /[\d.]+ +<none> +80\/TCP +\d+s +app=shown\n$/,
  );
  match(await kubectl('get service shown -o wide'), wide);
  match(
    await kubectl('get secret/shown-a service/shown'),
    /^NAME +TYPE.*\nsecret\/shown-a .*\n\nNAME +TYPE.*\nservice\/shown .*\n$/,
  );
});

await check('get prints YAML, JSON, names, jsonpath, templates and columns', async () => {
  match(
    await kubectl('get secret shown-a -o yaml'),
    /^apiVersion: v1\ndata:\n {2}word: b2YgYQ==\nkind: Secret\nmetadata:\n {2}creationTimestamp: "/,
  );
  equal(JSON.parse(await kubectl('get secrets -l shown -o json')).items.length, 3);
  equal(await kubectl('get secrets -l shown!=a,shown -o name'), 'secret/shown-b\nsecret/shown-c\n');
  equal(
    await kubectl('get secrets -l shown -o', 'jsonpath={range .items[*]}{.metadata.name}={.data.word},{end}'),
    'shown-a=b2YgYQ==,shown-b=b2YgYg==,shown-c=b2YgYw==,',
  );
  equal(await kubectl('get secret shown-a -o', 'go-template={{.data.word | base64decode}}'), 'of a');
  equal(
    await kubectl('get secrets -l shown -o', 'custom-columns=NAME:.metadata.name,WORD:.data.word'),
    'NAME      WORD\nshown-a   b2YgYQ==\nshown-b   b2YgYg==\nshown-c   b2YgYw==\n',
  );
});

await check('get sorts, takes pages, and filters by fields', async () => {
  equal(
    await kubectl('get secrets -l shown --sort-by=.metadata.labels.order -o name --chunk-size=1'),
    'secret/shown-c\nsecret/shown-a\nsecret/shown-b\n',
  );
  const sorted = await kubectl('get secrets -l shown --sort-by={.data.word} --no-headers --chunk-size=2');
  equal(sorted.match(/shown-./g), ['shown-a', 'shown-b', 'shown-c']);
  equal(await kubectl('get secrets --field-selector=metadata.name=shown-b -o name'), 'secret/shown-b\n');
  equal(await kubectl('get secrets --field-selector=type=no -o name'), '');
  match(
    await kubectlFails('get secrets --field-selector=bad=1'),
    joined(
      /^Error from server \(BadRequest\): Unable to find "\/v1, Resource=secrets" that match /,
      /label selector "", field selector "bad=1": field label not supported: bad\n$/,
    ),
  );
});

await check('get --watch shows what is there and what comes, --watch-only what comes', async () => {
  const watching = startKubectl('get secrets -l shown --watch --output-watch-events --no-headers');
  const only = startKubectl('get secrets --field-selector=metadata.name=shown-a --watch-only -o name');
  await watching.said(/shown-a[\s\S]*shown-b[\s\S]*shown-c/);
  // Nothing tells that a watch without a list has begun: something changes until it shows.
  for (let nth = 0; only.stdout === ''; nth += 1) await kubectl(`label secret shown-a --overwrite nth=${nth}`);
  await kubectl('delete secret shown-b');
  await watching.said(/MODIFIED +shown-a +Opaque +1 +\d+s\n[\s\S]*DELETED +shown-b +Opaque +1 +\d+s\n/);
  match(only.stdout, /^(secret\/shown-a\n)+$/);
  await Promise.all([watching.end(), only.end()]);
});

await check('get --raw, and what is not there', async () => {
  equal(
    JSON.parse(await kubectl(`get --raw /api/v1/namespaces/${namespace}/secrets/shown-a`)).metadata.name,
    'shown-a',
  );
  equal(await kubectl('get --raw /readyz'), 'ok');
  match(await kubectlFails('get nothings'), /^error: the server doesn't have a resource type "nothings"\n$/);
  equal(await kubectl('get secrets -l shown=none --ignore-not-found'), '');
});

await check('describe', async () => {
  const described = await kubectl('describe secret shown-a');
  match(
    described,
    new RegExp(
      `^Name: +shown-a\nNamespace: +${namespace}\nLabels: +nth=\\d+\n +order=1\n +shown=a\n` +
        `Annotations: +<none>\n\nType: +Opaque\n\nData\n====\nword: +4 bytes\n$`,
    ),
  );
  match(
    await kubectl('describe service shown'),
    joined(
      /\nType: +ClusterIP\nIP Family Policy: +SingleStack\nIP Families: +IPv4\nIP: +[\d.]+\n/,
      /IPs: +[\d.]+\nPort: +80-8080 +80\/TCP\nTargetPort: +8080\/TCP\nEndpoints: +/,
    ),
  );
});

await check('explain a field, and all fields below it', async () => {
  match(await kubectl('explain pods.spec.containers.image'), /^KIND: +Pod\nVERSION: +v1\n\nFIELD: +image <string>\n\n/);
  match(
    await kubectl('explain cronjobs --recursive'),
    joined(
      /^GROUP: +batch\nKIND: +CronJob\nVERSION: +v1\n[\s\S]*\n {2}spec\t<CronJobSpec>.*\n/,
      /[\s\S]*concurrencyPolicy\t<string>\n/,
    ),
  );
  match(await kubectlFails('explain pods.spec.nothing'), /^error: field "nothing" does not exist\n$/);
});

await check('api-resources and api-versions', async () => {
  match(
    await kubectl('api-resources --api-group=apps --no-headers'),
    joined(
      /^controllerrevisions +apps\/v1 +true +ControllerRevision\ndaemonsets +ds +apps\/v1 +/,
      /true +DaemonSet\ndeployments +deploy +apps\/v1 +true +Deployment\nreplicasets +rs +/,
      /apps\/v1 +true +ReplicaSet\nstatefulsets +sts +apps\/v1 +true +StatefulSet\n$/,
    ),
  );
  const scalable = await kubectl('api-resources --namespaced=false --verbs=list -o name');
  match(scalable, /^nodes$/m);
  match(
    await kubectl('api-resources -o wide --categories=all'),
    /^services +svc +v1 +true +Service +create,delete,deletecollection,get,list,patch,update,watch +all$/m,
  );
  match(await kubectl('api-versions'), /^apps\/v1\n[\s\S]*\nv1\n$/m);
});

await check('completes the names of resources, objects and containers', async () => {
  match(await kubectl('__complete get secrets shown-'), /^shown-a\nshown-c\n:4\n$/);
  match(await kubectl('__complete get deploy'), /^deployments\.apps\n/);
});

await check('a proxy answers for whom has the kubeconfig', async () => {
  const proxy = startKubectl('proxy --port=0');
  const [, address] = await proxy.said(/^Starting to serve on (127\.0\.0\.1:\d+)\n/);
  const answer = await fetch(`http://${address}/api/v1/namespaces/${namespace}/secrets?labelSelector=shown`);
  const { kind, items } = await answer.json();
  equal([answer.status, kind, items.map(({ metadata }) => metadata.name)], [200, 'SecretList', ['shown-a', 'shown-c']]);
  const refused = await fetch(`http://${address}/api/v1/namespaces/${namespace}/pods/x/exec`);
  equal(refused.status, 403);
  await proxy.end();
});

await check('a plugin on PATH is a command', async () => {
  const plugin = file('kubectl-count_secrets', `#!/bin/sh\nexec "$KUBECTL" get secrets -o name "$@" | wc -l\n`, 0o700);
  const more = { PATH: `${dirname(plugin)}:${process.env.PATH}` };
  equal(await output(kubectlCommand, ['count-secrets', '-l', 'shown'], { more }), '2\n');
});
