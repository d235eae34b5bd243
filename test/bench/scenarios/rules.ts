import { RbacAuthorizer } from '../../../server/auth/rbac.ts';
import type { User } from '../../../server/kube/object.ts';
import { compileRuleSet } from '../../../server/schema/custom/rules/rule-engine.ts';
import { RULES_BUDGET } from '../../../server/schema/custom/rules/rule-set.ts';
import type { JsonSchema } from '../../../server/schema/custom/structural-schema.ts';
import { cluster } from '../in-process/cluster.ts';
import { cpuMicroseconds } from '../in-process/cpu.ts';
import { RULES, RULES_OBJECT, RULES_SCHEMA } from '../load/rule-bodies.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { atMost } from '../target.ts';

const RULE: Row = { work: 'a CEL rule of a 2 KB object: CPU', unit: 'µs', target: atMost(20) };
const ROLES: Row = { work: '1,000 roles of a user: CPU they add to a GET', unit: 'µs', target: atMost(50) };
const NEW_QUESTION: Row = { work: '… and to one that nobody made before', unit: 'µs', target: atMost(50) };

const ROLES_COUNT = 1000;
const NAMESPACE = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const NOTHING = Buffer.alloc(0);

const user = (name: string): User => ({ name, uid: '', groups: ['system:authenticated'], extra: {} });

/** Each role is about kinds of its own; the last one of all allows what is asked. */
function roleBodies(name: string, i: number, apiGroup: string, resource: string): [role: Buffer, binding: Buffer] {
  const metadata = { name: `${name}-${i}` };
  const rules = [
    { apiGroups: [apiGroup], resources: [resource, `${resource}/status`], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [apiGroup], resources: [`${resource}s`], verbs: ['create', 'update', 'patch', 'delete'] },
  ];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name };
  const subjects = [{ apiGroup: roleRef.apiGroup, kind: 'User', name }];
  return [
    { metadata, rules },
    { metadata, roleRef, subjects },
  ].map((body) => Buffer.from(JSON.stringify(body))) as [Buffer, Buffer];
}

async function measureRoles(bench: Bench): Promise<void> {
  const { send, storage, close } = await cluster();
  await send('POST', CONFIG_MAPS, Buffer.from('{"metadata":{"name":"settings"}}'), 201);
  const bind = async (name: string, i: number, apiGroup: string, resource: string): Promise<void> => {
    const [role, binding] = roleBodies(name, i, apiGroup, resource);
    await send('POST', `${NAMESPACE}/roles`, role, 201);
    await send('POST', `${NAMESPACE}/rolebindings`, binding, 201);
  };
  for (let i = 1; i < ROLES_COUNT; i++) await bind('many', i, `group${i}.example.com`, `things${i}`);
  for (const name of ['one', 'many']) await bind(name, ROLES_COUNT, '', 'configmaps');
  const getAs = (name: string): Promise<number> => {
    const options = { user: user(name) };
    return cpuMicroseconds(() => send('GET', `${CONFIG_MAPS}/settings`, NOTHING, 200, options));
  };
  const few = await getAs('one');
  bench.record(ROLES, 'fauxkube', Math.max(0, (await getAs('many')) - few));
  const authorizer = new RbacAuthorizer(storage);
  const many = user('many');
  const ask = (i: number): void => {
    const resource = {
      group: '',
      version: 'v1',
      resource: `others${i}`,
      subresource: '',
      namespace: 'default',
      name: '',
    };
    if (authorizer.authorize({ user: many, verb: 'list', resource }).allowed)
      throw new Error('that is allowed to nobody');
  };
  bench.record(NEW_QUESTION, 'fauxkube', await cpuMicroseconds(ask));
  authorizer.close();
  await close();
}

async function measureExpressions(bench: Bench): Promise<void> {
  const set = compileRuleSet(RULES_SCHEMA as JsonSchema, true);
  const check = (): void => {
    const { problems } = set?.check(RULES_OBJECT, undefined, '', RULES_BUDGET, true) ?? {};
    if (problems?.length !== 0) throw new Error(`the object broke a rule: ${JSON.stringify(problems)}`);
  };
  bench.record(RULE, 'fauxkube', (await cpuMicroseconds(check)) / RULES.length);
}

/** What expressions of definitions and rules of roles cost, without a socket. */
export const rules: Scenario = {
  name: 'rules',
  rows: [RULE, ROLES, NEW_QUESTION],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${rules.name}: round ${round} of ${bench.rounds}`);
      await measureExpressions(bench);
      await measureRoles(bench);
    }
  },
};
