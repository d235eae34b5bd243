/** Requests with two faults: clients see the one that a real server looks at first. */
import { expect, test } from 'vitest';
import { at, type Question, securedCluster } from '../../support/secured-cluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const partial: Question = { headers: [['accept', PARTIAL]] };
const REQUESTS_PATH = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

const uid = { name: 'kube-public', uid: 'other' };

const CASES: readonly [name: string, method: string, path: string, question: Question, status: number, text: string][] =
  [
    ['the media type of a patch before its options', 'PATCH', `${CONFIG_MAPS}/a?dryRun=None`, { body: {} }, 415, '415'],
    [
      'the media type of a new object before its options',
      'POST',
      `${CONFIG_MAPS}?dryRun=None`,
      { headers: [['content-type', 'text/plain']], body: {} },
      415,
      'unknown format',
    ],
    ['the media type of a patch before the object', 'PATCH', `${CONFIG_MAPS}/none`, { body: {} }, 415, '415'],
    [
      'label selectors before the form of the answer',
      'GET',
      `${CONFIG_MAPS}?labelSelector=)`,
      partial,
      400,
      "found ')'",
    ],
    ['a limit before the form of the answer', 'GET', `${CONFIG_MAPS}?limit=x`, partial, 400, 'strconv.ParseInt'],
    ['the form of the answer', 'GET', CONFIG_MAPS, partial, 406, 'you requested PartialObjectMetadata'],
    [
      'label selectors before the rules of list options',
      'GET',
      `${CONFIG_MAPS}?resourceVersion=0&resourceVersionMatch=Exact&labelSelector=a+in+(`,
      {},
      400,
      'unable to parse requirement',
    ],
    [
      'selectors of a collection before the options of its deletion',
      'DELETE',
      `${CONFIG_MAPS}?dryRun=x&fieldSelector=spec.none=a`,
      {},
      400,
      'is not a known field selector',
    ],
    [
      'whether a body can be read before its uid',
      'PUT',
      '/api/v1/namespaces/kube-public',
      { body: { metadata: { ...uid, finalizers: [1] } } },
      400,
      'cannot unmarshal number',
    ],
    [
      'whether a body has a name before its object',
      'PUT',
      `${REQUESTS_PATH}/none/approval`,
      { body: {} },
      400,
      'name must be provided',
    ],
    [
      'the uid of an object',
      'PUT',
      '/api/v1/namespaces/kube-public',
      { body: { metadata: uid } },
      409,
      'UID in precond',
    ],
  ];

test.each(CASES)('%s', async (_name, method, path, question, status, text) => {
  await using cluster = await securedCluster();
  const answer = await cluster.ask(method, path, question);
  expect(answer.status).toBe(status);
  expect(at(answer.body, 'message')).toContain(text);
});
