/** Which requests a rule is about. */
import { globMatches } from '../../base/glob.ts';
import { WrongField } from '../../kube/script-fields.ts';
import { meantResource } from '../../schema/meant-resource.ts';
import type { ApiRequest } from '../request.ts';
import type { FaultMatch } from './fault-rule.ts';
import { fieldsOf, filledText, flag, listOf, meant, optional, type Read, text } from './rule-fields.ts';

/** What a request has to be like. `name` is the object's: of a creation, only its body tells. */
export interface Matcher {
  /** Whether everything fits but the name. */
  fits(request: ApiRequest): boolean;
  /** Pattern of the name, if it matters. */
  readonly name: string | undefined;
  /** As they were given. */
  readonly verbs: readonly string[] | undefined;
}

/** Verbs of resources, and of other paths. */
const VERBS: readonly string[] =
  'get list watch create update patch delete deletecollection post put head options *'.split(' ');

const FIELDS: readonly (keyof FaultMatch)[] = [
  ...(['verbs', 'group', 'resource', 'subresource', 'namespace', 'name', 'path'] as const),
  ...(['user', 'userGroup', 'userAgent', 'headers', 'controllers'] as const),
];

type Test = (request: ApiRequest) => boolean;

const verb: Read<string> = (value, path) => {
  const word = text(value, path);
  if (VERBS.includes(word)) return word;
  throw new WrongField(`${path} cannot be ${JSON.stringify(word)}: ${meant(word, VERBS)}`);
};

interface ResourcePattern {
  readonly resource: string;
  readonly group?: string;
  readonly subresource?: string;
}

/** `deployments.apps/status` */
const resourcePattern: Read<ResourcePattern> = (value, path) => {
  const word = text(value, path);
  const [, resource = '', group, subresource] =
    /^([a-z0-9-]+|\*)(?:\.([a-z0-9.-]+))?(?:\/([a-z]+|\*))?$/.exec(word) ?? [];
  if (resource === '')
    throw new WrongField(
      `${path} cannot be ${JSON.stringify(word)}: it has to be like pods, pods/status or deployments.apps`,
    );
  const plural = meantResource(resource);
  if (plural !== undefined)
    throw new WrongField(`${path} cannot be ${JSON.stringify(word)}: did you mean ${JSON.stringify(plural)}?`);
  return { resource, ...(group !== undefined && { group }), ...(subresource !== undefined && { subresource }) };
};

const NAME_SELECTOR = /(?:^|,)metadata\.name==?([^,]+)/;

/** The name that a request is about; '' for none. Upstream takes it from the field selector as well (RequestInfo). */
export function nameOf({ info, query }: ApiRequest): string {
  if (info.name !== '') return info.name;
  if (info.verb !== 'list' && info.verb !== 'watch' && info.verb !== 'deletecollection') return '';
  return NAME_SELECTOR.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';
}

/** @throws WrongField */
function resourceTests(given: FaultMatch, path: string): Test[] {
  const pattern = given.resource === undefined ? undefined : resourcePattern(given.resource, `${path}.resource`);
  for (const field of ['group', 'subresource'] as const)
    if (pattern?.[field] !== undefined && given[field] !== undefined)
      throw new WrongField(`${path}.${field} must be left out where ${path}.resource says it`);
  const group = given.group ?? pattern?.group;
  const { resource = '*' } = pattern ?? {};
  // As in roles: pods are not pods/status, and * is everything.
  const subresource = given.subresource ?? pattern?.subresource ?? (resource === '*' ? undefined : '');
  if (pattern === undefined && group === undefined && given.subresource === undefined) return [];
  const tests: Test[] = [({ info }) => info.isResource];
  if (group !== undefined) tests.push(({ info }) => globMatches(group, info.group));
  if (resource !== '*') tests.push(({ info }) => info.resource === resource);
  if (subresource === '*') tests.push(({ info }) => info.subresource !== '');
  else if (subresource !== undefined) tests.push(({ info }) => info.subresource === subresource);
  return tests;
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** @throws WrongField */
function headerTests(value: unknown, path: string): Test[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WrongField(`${path} has to be an object such as {"x-test-id": "a*"}`);
  return Object.entries(value).map(([name, given]) => {
    if (!HEADER_NAME.test(name))
      throw new WrongField(`${path} has ${JSON.stringify(name)}, which is no name of a header`);
    const pattern = text(given, `${path}.${name}`);
    return (request) => {
      const found = request.header(name.toLowerCase());
      return found !== undefined && globMatches(pattern, found);
    };
  });
}

/** @throws WrongField */
export function matcherOf(value: unknown, path: string): Matcher {
  const fields = fieldsOf(value ?? {}, path, FIELDS);
  const read = (name: keyof FaultMatch, how = filledText): string | undefined => optional(fields, name, path, how);
  const verbs = optional(fields, 'verbs', path, listOf(verb));
  const [group, resource] = [read('group', text), read('resource')];
  const [subresource, namespace] = [read('subresource'), read('namespace')];
  const [name, onPath] = [read('name'), read('path')];
  const [user, userGroup, userAgent] = [read('user'), read('userGroup'), read('userAgent')];
  const isAboutSender = user !== undefined || userGroup !== undefined || userAgent !== undefined;
  const controllers = optional(fields, 'controllers', path, flag) ?? isAboutSender;
  const tests: Test[] = [];
  if (!controllers) tests.push(({ isLocal }) => isLocal !== true);
  if (verbs && !verbs.includes('*')) tests.push(({ info }) => verbs.includes(info.verb));
  tests.push(
    ...resourceTests(
      {
        ...(group !== undefined && { group }),
        ...(resource !== undefined && { resource }),
        ...(subresource !== undefined && { subresource }),
      },
      path,
    ),
  );
  if (namespace !== undefined) tests.push(({ info }) => info.isResource && globMatches(namespace, info.namespace));
  if (onPath !== undefined) tests.push(({ info }) => globMatches(onPath, info.path));
  if (user !== undefined) tests.push((request) => globMatches(user, request.user.name));
  if (userGroup !== undefined) tests.push(({ user: { groups } }) => groups.some((one) => globMatches(userGroup, one)));
  if (userAgent !== undefined) tests.push((request) => globMatches(userAgent, request.header('user-agent') ?? ''));
  tests.push(...headerTests(fields.headers, `${path}.headers`));
  return { name, verbs, fits: (request) => tests.every((test) => test(request)) };
}
