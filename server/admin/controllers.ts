/** `/-/controllers`: where controllers are on and off. */
import { nearOrAll } from '../base/near-names.ts';
import { ApiError, badRequest, methodNotAllowed } from '../kube/api-error.ts';
import { type AdminRoute, schema } from './route.ts';

/** Where a controller is on. */
interface ControllerState {
  readonly name: string;
  readonly enabled: boolean;
  readonly namespaces?: Readonly<Record<string, boolean>>;
}

/** The switches of the controllers. Names may leave out `-controller`. */
export interface ControllerSwitches {
  list(): readonly ControllerState[];
  /** False when there is no such controller. */
  set(name: string, enabled: boolean, namespace?: string): Promise<boolean>;
  /** False when there is no such controller, or no switch for the namespace. */
  unset(name: string, namespace: string): Promise<boolean>;
}

const BODY = `the body has to be {"enabled": true} or {"enabled": false}, with "namespace": "NAME" if you like`;

/** Throws a switch. @returns how the controller is now */
async function setController(
  switches: ControllerSwitches,
  name: string,
  { enabled, namespace, ...others }: Record<string, unknown>,
): Promise<ControllerState> {
  const isPlace = namespace === undefined || (typeof namespace === 'string' && namespace !== '');
  if (typeof enabled !== 'boolean' || !isPlace || Object.keys(others).length > 0) throw badRequest(BODY);
  const state = stateOf(switches, name);
  await switches.set(state.name, enabled, namespace);
  return stateOf(switches, state.name);
}

/** Takes the switch of a namespace away: the controller is on there if it is on everywhere. */
async function unsetController(
  switches: ControllerSwitches,
  name: string,
  namespace: string | null,
): Promise<ControllerState> {
  // Only the switches of namespaces can be taken away.
  if (namespace === null || namespace === '') throw methodNotAllowed();
  const state = stateOf(switches, name);
  if (await switches.unset(state.name, namespace)) return stateOf(switches, state.name);
  throw notFound(
    name,
    `controller ${JSON.stringify(state.name)} has no switch for namespace ${JSON.stringify(namespace)}`,
  );
}

/** @throws ApiError 404 that tells which names there are */
function stateOf(switches: ControllerSwitches, name: string): ControllerState {
  const states = switches.list();
  const state = states.find((candidate) => candidate.name === name || candidate.name === `${name}-controller`);
  if (state) return state;
  const known = states.map((candidate) => candidate.name);
  throw notFound(name, `there is no controller ${JSON.stringify(name)}${nearOrAll(name, known, '-controller')}`);
}

function notFound(name: string, message: string): ApiError {
  return new ApiError(404, 'NotFound', message, { name, kind: 'controllers' });
}

const STATE = schema.object(
  {
    name: schema.text('in full'),
    enabled: schema.flag('whether it is on everywhere else'),
    namespaces: { type: 'object', additionalProperties: { type: 'boolean' }, description: 'where it differs' },
    objects: schema.list(schema.text('kind and key'), 'objects whose annotation switches it off'),
  },
  ['name', 'enabled'],
);

export const controllerRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/controllers',
    summary: 'every controller, and where it is on',
    answer: schema.object({ controllers: schema.list(STATE) }, ['controllers']),
    handle: async (target) => ({ controllers: target.controllers.list() }),
  },
  {
    method: 'PUT',
    path: '/controllers/{name}',
    summary: 'switch a controller on or off, everywhere or in one namespace',
    body: schema.object({ enabled: schema.flag('on or off'), namespace: schema.text('only in this namespace') }, [
      'enabled',
    ]),
    answer: STATE,
    handle: async (target, { params: { name = '' }, body }) => setController(target.controllers, name, await body()),
  },
  {
    method: 'DELETE',
    path: '/controllers/{name}',
    summary: 'take the switch of a namespace away',
    query: { namespace: 'whose switch' },
    answer: STATE,
    handle: async (target, { params: { name = '' }, request }) =>
      unsetController(target.controllers, name, request.query.get('namespace')),
  },
];
