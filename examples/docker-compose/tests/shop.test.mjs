// What a client in the same network sees. It needs nothing but Node; yours may have any client library.
import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { request } from 'node:https';
import { test } from 'node:test';

const kubeconfig = readFileSync(process.env.KUBECONFIG, 'utf8');
const field = (name) => new RegExp(`${name}: (.+)`).exec(kubeconfig)[1];
const pem = (name) => Buffer.from(field(name), 'base64');
const credentials = {
  ca: pem('certificate-authority-data'),
  cert: pem('client-certificate-data'),
  key: pem('client-key-data'),
  agent: false,
};

async function answerOf(outgoing) {
  const answer = await new Promise((done, failed) => outgoing.once('response', done).once('error', failed));
  let text = '';
  for await (const part of answer) text += part;
  return { status: answer.statusCode, text };
}

async function ask(method, path, body = '') {
  const { status, text } = await answerOf(request(field('server') + path, { ...credentials, method }).end(body));
  return { status, value: JSON.parse(text) };
}

const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/shop';

test('the Deployment of the fixtures is ready', async () => {
  const { value } = await ask('GET', DEPLOYMENT);
  equal(value.status.readyReplicas, 3);
});

test('its pods are spread over the nodes', async () => {
  const { value } = await ask('GET', '/api/v1/namespaces/default/pods?labelSelector=app%3Dshop');
  const nodes = value.items.map(({ spec }) => spec.nodeName);
  deepEqual(nodes.sort(), ['node01', 'node02', 'node03']);
});

test('its service answers through the proxy', async () => {
  const { hostname, port } = new URL(process.env.http_proxy);
  const asked = get({ hostname, port, path: 'http://shop/', headers: { host: 'shop' } });
  const { status, text } = await answerOf(asked);
  equal(status, 200);
  match(text, /Welcome to nginx!/);
});

test('what a test does is gone after a reset', async () => {
  equal((await ask('DELETE', DEPLOYMENT)).status, 200);
  equal((await ask('GET', DEPLOYMENT)).status, 404);
  equal((await ask('POST', '/-/reset')).status, 200);
  equal((await ask('GET', DEPLOYMENT)).status, 200);
});
