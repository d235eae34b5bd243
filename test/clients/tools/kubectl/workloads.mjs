// Workloads: rollouts, scale, autoscale, set, expose, jobs, waits, events, cascades.
import { check, equal, joined, kubectl, kubectlFails, kubectlWith, match, startKubectl } from '../tool.mjs';

const rolledOut = (name) => kubectl(`rollout status deployment ${name} --timeout=60s`);
const image = (name) => kubectl(`get deployment ${name} -o`, 'jsonpath={.spec.template.spec.containers[0].image}');

await check('a deployment is created and rolled out', async () => {
  equal(await kubectl('create deployment web --image=nginx:1.24 --replicas=2'), 'deployment.apps/web created\n');
  match(await rolledOut('web'), /(^|\n)deployment "web" successfully rolled out\n$/);
  match(
    await kubectl('get deployment web -o wide --no-headers'),
    /^web +2\/2 +2 +2 +\d+s +nginx +nginx:1\.24 +app=web\n$/,
  );
  match(
    await kubectl('get pods -l app=web --no-headers'),
    /^(web-[a-z0-9]+-[a-z0-9]{5} +1\/1 +Running +0 +\d+s\n){2}$/,
  );
});

await check('set image, env, resources and serviceaccount', async () => {
  equal(await kubectl('set image deployment/web nginx=nginx:1.25'), 'deployment.apps/web image updated\n');
  equal(await kubectl('set env deployment/web MODE=test'), 'deployment.apps/web env updated\n');
  equal(await kubectl('set env deployment/web --list'), '# Deployment web, container nginx\nMODE=test\n');
  const resources = 'set resources deployment web --requests=cpu=100m,memory=64Mi --limits=cpu=200m';
  equal(await kubectl(resources), 'deployment.apps/web resource requirements updated\n');
  equal(await kubectl('set serviceaccount deployment web default'), 'deployment.apps/web serviceaccount updated\n');
  await rolledOut('web');
  const told = 'jsonpath={.spec.template.spec.containers[0].resources}';
  equal(JSON.parse(await kubectl('get deployment web -o', told)), {
    limits: { cpu: '200m' },
    requests: { cpu: '100m', memory: '64Mi' },
  });
});

await check('rollout history, undo, pause and restart', async () => {
  await kubectl('annotate deployment web kubernetes.io/change-cause=fourth');
  match(
    await kubectl('rollout history deployment web'),
    /^deployment\.apps\/web \nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n3 +<none>\n4 +<none>\n5 +fourth\n\n$/,
  );
  match(await kubectl('rollout history deployment web --revision=2'), /\n +Image:\tnginx:1\.25\n/);
  equal(await kubectl('rollout undo deployment web --to-revision=1'), 'deployment.apps/web rolled back\n');
  await rolledOut('web');
  equal(await image('web'), 'nginx:1.24');
  equal(await kubectl('rollout pause deployment web'), 'deployment.apps/web paused\n');
  match(
    await kubectlFails('rollout undo deployment web'),
    /^error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again\n$/,
  );
  equal(await kubectl('rollout resume deployment web'), 'deployment.apps/web resumed\n');
  equal(await kubectl('rollout restart deployment web'), 'deployment.apps/web restarted\n');
  await rolledOut('web');
  match(
    await kubectl('rollout history deployment web'),
    /\n2 +<none>\n3 +<none>\n4 +<none>\n5 +fourth\n6 +[^\n]*\n7 +[^\n]*\n\n$/,
  );
});

await check('a rollout that gets no further ends its status with an error', async () => {
  await kubectl('create deployment stuck --image=nginx');
  const spec = { progressDeadlineSeconds: 1, template: { spec: { nodeSelector: { none: 'such' } } } };
  await kubectl('patch deployment stuck -p', JSON.stringify({ spec }));
  match(
    await kubectlFails('rollout status deployment stuck --timeout=60s'),
    /^error: deployment "stuck" exceeded its progress deadline\n$/,
  );
  const pods = 'get pods -l app=stuck --field-selector=status.phase=Pending -o name';
  const events = await kubectl('describe', (await kubectl(pods)).trim());
  match(events, /\n +Warning +FailedScheduling +\d+s.* +default-scheduler +0\/\d+ nodes are available: /);
  await kubectl('delete deployment stuck');
});

await check('scale, also by its subresource and only from what it is', async () => {
  equal(await kubectl('scale deployment web --replicas=3'), 'deployment.apps/web scaled\n');
  await kubectl('wait deployment web --for=jsonpath={.status.readyReplicas}=3 --timeout=30s');
  match(
    await kubectlFails('scale deployment web --current-replicas=1 --replicas=2'),
    /^error: Expected replicas to be 1, was 3\n$/,
  );
  match(await kubectl('get deployment web --subresource=scale'), /^NAME +DESIRED +AVAILABLE +AGE\nweb +3 +3 +\d+s\n$/);
  await kubectl('patch deployment web --subresource=scale --type=merge -p', '{"spec":{"replicas":1}}');
  await kubectl('wait deployment web --for=jsonpath={.status.replicas}=1 --timeout=30s');
});

await check('autoscale', async () => {
  equal(
    await kubectl('autoscale deployment web --min=2 --max=4 --cpu-percent=80'),
    'horizontalpodautoscaler.autoscaling/web autoscaled\n',
  );
  await kubectl('wait deployment web --for=jsonpath={.status.readyReplicas}=2 --timeout=50s');
  match(
    await kubectl('get hpa web --no-headers'),
    /^web +Deployment\/web +(cpu: )?(<unknown>|\d+%)\/80% +2 +4 +\d +\d+s\n$/,
  );
  match(await kubectl('describe hpa web'), /\nReference: +Deployment\/web\n/);
  await kubectl('delete hpa web');
});

await check('expose, and the endpoints that follow', async () => {
  equal(await kubectl('expose deployment web --port=80 --target-port=80 --name=front'), 'service/front exposed\n');
  await kubectl('wait endpoints front --for=jsonpath={.subsets[0].addresses[0].ip} --timeout=30s').catch(async () => {
    // Without a value of jsonpath, older versions wait for nothing.
    await kubectl('wait endpoints front --for=jsonpath={.subsets[0].ports[0].port}=80 --timeout=30s');
  });
  match(await kubectl('describe service front'), /\nEndpoints: +[\d.]+:80,[\d.]+:80\n/);
});

await check('jobs: completed, failed, and made of a cron job', async () => {
  await kubectl('create job done --image=busybox -- true');
  equal(await kubectl('wait job done --for=condition=Complete --timeout=60s'), 'job.batch/done condition met\n');
  match(await kubectl('get job done --no-headers'), /^done +(Complete +)?1\/1 +\d+s +\d+s\n$/);
  await kubectl('create cronjob nightly --image=busybox --schedule=@daily -- true');
  equal(await kubectl('create job tonight --from=cronjob/nightly'), 'job.batch/tonight created\n');
  await kubectl('wait job tonight --for=condition=complete --timeout=60s');
  equal(await kubectl('get job tonight -o', 'jsonpath={.metadata.ownerReferences[0].kind}'), 'CronJob');
  match(await kubectl('get cronjob nightly --no-headers'), /^nightly +@daily +(<none> +)?False +\d+ +<none> +\d+s\n$/);
});

await check('a stateful set is rolled out in its order', async () => {
  const spec = {
    serviceName: 'front',
    replicas: 2,
    selector: { matchLabels: { app: 'ordered' } },
    template: { metadata: { labels: { app: 'ordered' } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
  };
  await kubectlWith(
    JSON.stringify({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'ordered' }, spec }),
    'create -f -',
  );
  const said = await kubectl('rollout status statefulset ordered --timeout=60s');
  match(
    said,
    /(roll out complete: 2 new pods have been updated|update complete 2 pods at revision ordered-[a-z0-9]+)\.{3}\n$/,
  );
  equal(await kubectl('get pods -l app=ordered -o name'), 'pod/ordered-0\npod/ordered-1\n');
});

await check('events of an object', async () => {
  match(
    await kubectl('events --for=deployment/web'),
    joined(
      /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n[\s\S]*Normal +ScalingReplicaSet +/,
      /Deployment\/web +Scaled up replica set web-[a-z0-9]+ (from 0 )?to 2( from 0)?\n/,
    ),
  );
  match(
    await kubectl('get events --field-selector=involvedObject.name=done,reason=Completed --no-headers'),
    /^\S+ +Normal +Completed +job\/done +Job completed\n$/,
  );
  match(await kubectl('events --types=Warning'), /\n\S+.* +Warning +FailedScheduling +Pod\/stuck-/);
});

await check('watch pods come and go', async () => {
  const watching = startKubectl('get pods -l app=web --watch --output-watch-events');
  await watching.said(/\nADDED +web-\S+ +1\/1 +Running/);
  const [, pod] = /(\S+)/.exec(await kubectl('get pods -l app=web -o', 'jsonpath={.items[0].metadata.name}')) ?? [];
  await kubectl(`delete pod ${pod} --wait=false`);
  await watching.said(new RegExp(`\\nDELETED +${pod} `));
  await watching.said(/\nADDED +web-\S+ +0\/1 +Pending/);
  await watching.said(/\nMODIFIED +web-\S+ +1\/1 +Running/);
  await watching.end();
});

await check('delete with its cascade, or leave behind what it owns', async () => {
  await kubectl('delete statefulset ordered --cascade=orphan');
  equal(await kubectl('get pods -l app=ordered -o name'), 'pod/ordered-0\npod/ordered-1\n');
  match(await kubectl('delete pods -l app=ordered --now'), /^pod "ordered-0" deleted.*\npod "ordered-1" deleted.*\n$/);
  await kubectl('delete deployment web --cascade=foreground');
  equal(await kubectl('get pods,replicasets -l app=web -o name'), '');
  const all = await kubectl('delete all --all');
  match(all, /^[\s\S]*service "front" deleted.*\n[\s\S]*cronjob\.batch "nightly" deleted.*\n/);
});
