// Records what a real server says of unknown fields and of fields that come twice, with fieldValidation=Strict.
import { ask, inNamespace, messageOf, record } from './oracle.ts';

const DEPLOYMENT = (spec: string, rest = ''): string =>
  `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"selector":{"matchLabels":{"a":"b"}` +
  `},${spec}}${rest}}`;
const TEMPLATE = (spec: string): string => `"template":{"metadata":{"labels":{"a":"b"}},"spec":{${spec}}}`;

const MAPS = [
  '{"metadata":{"name":"x"},"dat":{}}',
  '{"metadata":{"name":"x","nam":"y"}}',
  '{"metadata":{"name":"x"},"metadata":{"name":"x"}}',
  '{"metadata":{"name":"x","name":"y"}}',
  '{"metadata":{"name":"x"},"data":{"a":"1","a":"2"}}',
  '{"metadata":{"name":"x"},"data":{"a":"1"},"data":{"a":"2"}}',
  '{"metadata":{"name":"x"},"Data":{}}',
  '{"Metadata":{"name":"y"},"metadata":{"name":"x"}}',
  '{"metadata":{"name":"x"},"a":1,"b":2,"c":[1,{"d":2}]}',
  '{"metadata":{"name":"x"},"a":1,"a":2}',
  '{"metadata":{"name":"x"},"a":{"b":1,"b":2}}',
  '{"metadata":{"name":"x","labels":{"a":"b","a":"b","c":"d","c":"e"}}}',
  '{"metadata":{"name":"x","annotations":{"x":"y"},"annotations":{"x":"z"}}}',
  '{"metadata":{"name":"x","ownerReferences":[{"apiVersion":"v1","kind":"A","name":"a","uid":"u","x":1}]}}',
  '{"kind":"ConfigMap","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"apiVersion":"v1","apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}',
  '{"metadata":{"name":"x"},"":1}',
  '{"metadata":{"name":"x"},"a.b":1,"c[0]":2,"d\\"e":3,"f\\u0041":4}',
  '{"metadata":{"name":"x"},"äöü":1,"😀":2}',
  '{"metadata":{"name":"x"},"__proto__":{"a":1},"constructor":2}',
  '{"metadata":{"name":"x"},"data":{"__proto__":"a","__proto__":"b"}}',
  '{"metadata":{"name":"x","managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1",' +
    '"time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{},"f:data":{}' +
    '},"x":1}]}}',
  '{"metadata":{"name":"x"},"immutable":null,"immutable":null}',
  '{"metadata":null,"metadata":{"name":"x"}}',
  '{"metadata":{"name":"x"},"data":null,"dat":null}',
  '{"metadata":{"name":"x"},"binaryData":{"a":"YQ==","a":"Yg=="}}',
  `{"metadata":{"name":"x"},${Array.from({ length: 120 }, (_, i) => `"f${i}":${i}`).join(',')}}`,
];
const DEPLOYMENTS = [
  DEPLOYMENT(`"replica":1,${TEMPLATE('"containers":[{"name":"c","image":"i"}]')}`),
  DEPLOYMENT(`"replicas":1,"replicas":2,${TEMPLATE('"containers":[{"name":"c","image":"i"}]')}`),
  DEPLOYMENT(
    TEMPLATE(
      '"containers":[{"name":"c","image":"i","imag":"j","image":"k"},{"name":"d","image":"i",' +
        '"ports":[{"containerPort":80,"port":80,"containerPort":81}]}],"container":[]',
    ),
  ),
  DEPLOYMENT(
    TEMPLATE(
      '"containers":[{"name":"c","image":"i","livenessProbe":{"httpGet":{"port":80,"prt":1},"tcp":{}' +
        '},"resources":{"limits":{"cpu":"1","cpu":"2"},"limit":{}}}]',
    ),
  ),
  DEPLOYMENT(
    TEMPLATE(
      '"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","emptyDir":{"sizelimit":"1Gi"}' +
        '},{"name":"w","configMap":{"name":"x","name":"y","items":[{"key":"a","path":"b","mod":1}' +
        ']}}]',
    ),
  ),
  DEPLOYMENT(TEMPLATE('"containers":[{"name":"c","image":"i"}]'), ',"status":{"replica":1},"x":{"y":{"z":1}}'),
  DEPLOYMENT(`"selector":{"matchLabels":{"a":"b"}},${TEMPLATE('"containers":[{"name":"c","image":"i"}]')}`),
  DEPLOYMENT(
    `"strategy":{"rollingUpdate":{"maxSurge":1,"max":2},"type":"RollingUpdate","type":"Recreate"},${TEMPLATE(
      '"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1","value":"2"},' +
        '{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.name","x":1}}}]}]',
    )}`,
  ),
  DEPLOYMENT(
    TEMPLATE(
      '"containers":[{"name":"c","image":"i"}],"nodeSelector":{"a":"b","a":"c"},"tolerations":[{"key":"a",' +
        '"ky":"b"}],"affinity":{"nodeAffinity":{"required":{}}}',
    ),
  ),
];

await inNamespace('golden-strict', async (namespace) => {
  const cases = [];
  for (const [url, texts] of [
    [`${namespace}/configmaps`, MAPS],
    [`/apis/apps/v1${namespace.slice('/api/v1'.length)}/deployments`, DEPLOYMENTS],
  ] as const) {
    for (const text of texts) {
      const answer = await ask('POST', `${url}?dryRun=All&fieldValidation=Strict`, text);
      const problems = /strict decoding error: (.*)$/s.exec(messageOf(answer) ?? '')?.[1];
      if (problems === undefined && answer.code >= 400) throw new Error(`${text}: ${messageOf(answer)}`);
      cases.push({ resource: url.split('/').at(-1), text, problems: problems ?? '' });
    }
  }
  await record('test/golden/schema/strict.json', cases);
});
