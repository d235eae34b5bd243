/** Watches: parameters, and how they begin. */
import type { WireStep } from '../../../support/wire-exchanges.ts';
import { accept, get, post } from './steps.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const watch = (query: string, path = 'secrets'): string => `${path}?watch=true&timeoutSeconds=1${query}`;
const STREAM = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';

export const options: readonly WireStep[] = [
  ...[
    '&resourceVersionMatch=Exact',
    '&resourceVersionMatch=NotOlderThan',
    '&resourceVersionMatch=nope',
    '&sendInitialEvents=true',
    '&sendInitialEvents=false',
    '&sendInitialEvents=true&resourceVersionMatch=Exact',
    '&sendInitialEvents=true&resourceVersionMatch=nope',
    '&sendInitialEvents=x',
    '&sendInitialEvents=',
    '&resourceVersion=x',
    '&resourceVersion=-1',
    '&resourceVersion=%00',
    '&limit=x',
    '&continue=x',
    `${STREAM}&continue=x`,
    '&labelSelector=a+in',
    '&fieldSelector=nope%3D1',
    `${STREAM}&resourceVersion=x`,
    '&resourceVersionMatch=Exact&resourceVersion=5',
    '&limit=1',
    '&allowWatchBookmarks=x',
  ].map((query) => get(watch(query))),
  get('secrets?watch=true&timeoutSeconds=x'),
  get('secrets?watch=true&timeoutSeconds=1.5'),
  get('secrets?watch=1&timeoutSeconds=1'),
  get('secrets?watch=T&timeoutSeconds=1'),
  get('secrets?watch&timeoutSeconds=1'),
  get('secrets?watch=&timeoutSeconds=1'),
  get('secrets?watch=no&timeoutSeconds=1'),
  get(watch('', 'secrets/none')),
  get(watch('&fieldSelector=metadata.name%3Dnone')),
  get('/api/v1/watch/namespaces/$NS/secrets/none?timeoutSeconds=1'),
  get('/api/v1/watch/namespaces/$NS/secrets?timeoutSeconds=1'),
  get('/api/v1/watch/namespaces/$NS/secrets/none?timeoutSeconds=1&fieldSelector=metadata.name%3Dother'),
  get('/api/v1/watch/namespaces/$NS/secrets?timeoutSeconds=1&watch=false'),
  get('/api/v1/watch/namespaces/$NS/secrets/none/status?timeoutSeconds=1'),
  get('/api/v1/watch/namespaces/$NS?timeoutSeconds=1'),
  get('/api/v1/watch/namespaces/none?timeoutSeconds=1'),
  get('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?watch=true'),
  get('/api/v1/componentstatuses?watch=true&timeoutSeconds=1'),
  get('/api/v1/watch/componentstatuses?timeoutSeconds=1'),
  accept(watch(''), 'text/plain'),
  accept(watch(''), 'application/json;as=None;v=v1;g=meta.k8s.io'),
];

const secret = (name: string): object => ({ metadata: { name, labels: { l: name } }, stringData: { a: name } });

export const beginnings: readonly WireStep[] = [
  ...['b', 'a'].map((name) => post('secrets', secret(name))),
  ...[
    '',
    '&resourceVersion=0',
    '&allowWatchBookmarks=true',
    STREAM,
    `${STREAM}&allowWatchBookmarks=true`,
    `${STREAM}&allowWatchBookmarks=true&resourceVersion=0`,
    `${STREAM}&allowWatchBookmarks=true&resourceVersion=1`,
    `${STREAM}&allowWatchBookmarks=true&labelSelector=l%3Dnone`,
    '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan',
    '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0',
    '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    '&labelSelector=l%3Da',
    '&fieldSelector=metadata.name%3Da',
    '&fieldSelector=metadata.name%21%3Da',
  ].map((query): WireStep => ({ ...get(watch(query)) })),
  get(watch('', 'secrets/a')),
  get('/api/v1/watch/namespaces/$NS/secrets/a?timeoutSeconds=1'),
  get('/api/v1/watch/namespaces/$NS?timeoutSeconds=1'),
  get('/api/v1/watch/secrets?timeoutSeconds=1&labelSelector=l%3Da'),
  get('/api/v1/watch/namespaces?timeoutSeconds=1&fieldSelector=metadata.name%3D$NS'),
  ...[
    '',
    '&includeObject=None',
    '&includeObject=Object',
    '&includeObject=Nope',
    `${STREAM}&allowWatchBookmarks=true`,
  ].map((query): WireStep => ({ ...accept(watch(query), TABLE), without: ['cells'] })),
  accept(watch(`${STREAM}&allowWatchBookmarks=true`), PARTIAL),
  accept(watch(''), 'application/json;stream=watch'),
  accept(watch(''), 'application/json;stream=watch;as=Table;v=v1;g=meta.k8s.io'),
];
