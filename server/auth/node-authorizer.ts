/** What nodes may do: plugin/pkg/auth/authorizer/node. Their rules, narrowed down to what belongs to each of them. */
import { goQuote } from '../kube/go-quote.ts';
import type { AccessRequest, Authorizer, Decision } from '../pipeline/identity.ts';
import { isNode, NODE_PREFIX } from './node-identity.ts';
import { belongsToNode, type NodeObjects } from './node-paths.ts';
import { type Rule, ruleTest } from './rbac-rules.ts';

type Resource = NonNullable<AccessRequest['resource']>;

/** One question of a node about a resource. */
interface Question {
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly fields: Resource['fields'] | undefined;
  readonly node: string;
  readonly verb: string;
  /** Plural with group. */
  readonly id: string;
  readonly objects: NodeObjects;
}

const questionOf = (
  { subresource, namespace, name, fields }: Resource,
  node: string,
  verb: string,
  id: string,
  objects: NodeObjects,
): Question => ({ subresource, namespace, name, fields, node, verb, id, objects });

const ALLOWED: Decision = { allowed: true, reason: '' };
const NONE: Decision = { allowed: false, reason: '' };
const no = (reason: string): Decision => ({ allowed: false, reason });

const READ = ['get', 'list', 'watch'];
const WRITE_OWN = ['get', 'create', 'update', 'patch', 'delete'];
const LEASES = 'kube-node-lease';

/** Decides for nodes, and has no opinion on anybody else. */
export class NodeAuthorizer implements Authorizer {
  readonly #objects: NodeObjects;
  readonly #rules: () => readonly Rule[];

  /** @param rules those of ClusterRole `system:node`, for what is not narrowed down */
  constructor(objects: NodeObjects, rules: () => readonly Rule[]) {
    this.#objects = objects;
    this.#rules = rules;
  }

  authorize(request: AccessRequest): Decision {
    const { user, verb, resource } = request;
    if (!isNode(user)) return NONE;
    const node = user.name.slice(NODE_PREFIX.length);
    if (node === '') return no(`unknown node for user ${goQuote(user.name)}`);
    if (resource) {
      const narrowed = BY_RESOURCE.get(resource.resource);
      if (narrowed?.group === resource.group)
        return narrowed.decide(questionOf(resource, node, verb, narrowed.id, this.#objects));
    }
    const test = ruleTest(request);
    return this.#rules().some(test) ? ALLOWED : NONE;
  }
}

const NARROWED: Readonly<Record<string, (question: Question) => Decision>> = {
  secrets: readOne,
  configmaps: readOne,
  persistentvolumeclaims: (question) => (question.subresource === 'status' ? writeStatus : getOne)(question),
  persistentvolumes: getOne,
  'resourceclaims.resource.k8s.io': getOne,
  'volumeattachments.storage.k8s.io': getOne,
  serviceaccounts: serviceAccount,
  'leases.coordination.k8s.io': lease,
  'csinodes.storage.k8s.io': csiNode,
  'resourceslices.resource.k8s.io': resourceSlice,
  nodes: ownNode,
  pods: pod,
  'podcertificaterequests.certificates.k8s.io': podCertificateRequest,
};

/** The same by plural: heartbeats of thousands of nodes ask, and ids would have to be put together for each. */
const BY_RESOURCE = new Map(
  Object.entries(NARROWED).map(([id, decide]) => {
    const dot = id.indexOf('.');
    const [resource, group] = dot < 0 ? [id, ''] : [id.slice(0, dot), id.slice(dot + 1)];
    return [resource, { id, group, decide }] as const;
  }),
);

function related({ node, id, namespace, name, objects }: Question): Decision {
  if (name === '') return no('No Object name found');
  if (belongsToNode(node, id, { namespace, name }, objects)) return ALLOWED;
  return no(`no relationship found between node '${node}' and this object`);
}

function readOne(question: Question): Decision {
  if (!READ.includes(question.verb)) return no('can only read resources of this type');
  if (question.subresource !== '') return no('cannot read subresource');
  if (question.namespace === '') return no('can only read namespaced object of this type');
  return related(question);
}

function getOne(question: Question): Decision {
  if (question.verb !== 'get') return no('can only get individual resources of this type');
  return question.subresource === '' ? related(question) : no('cannot get subresource');
}

function writeStatus(question: Question): Decision {
  const writes = question.verb === 'update' || question.verb === 'patch';
  return writes ? related(question) : no('can only get/update/patch this type');
}

function serviceAccount(question: Question): Decision {
  const { verb, name, subresource } = question;
  if (verb === 'get' && subresource === '') return readOne(question);
  if (verb !== 'create' || name === '') return no('can only create tokens for individual service accounts');
  return subresource === 'token' ? related(question) : no('can only create token subresource of serviceaccount');
}

/** Of what is created the name is not known: NodeRestriction looks at it. */
function lease({ verb, namespace, name, node }: Question): Decision {
  if (!WRITE_OWN.includes(verb)) return no('can only get, create, update, patch, or delete a node lease');
  if (namespace !== LEASES) return no(`can only access leases in the ${goQuote(LEASES)} system namespace`);
  const isOwn = verb === 'create' || name === node;
  return isOwn ? ALLOWED : no('can only access node lease with the same name as the requesting node');
}

function csiNode({ verb, subresource, name, node }: Question): Decision {
  // The status belongs to a feature that is off by default (CSIVolumeHealth).
  if (subresource === 'status') return no('CSINode status access requires CSIVolumeHealth feature');
  if (subresource !== '') return no('cannot authorize CSINode subresources');
  if (!WRITE_OWN.includes(verb)) return no('can only get, create, update, patch, or delete a CSINode');
  const isOwn = verb === 'create' || name === node;
  return isOwn ? ALLOWED : no('can only access CSINode with the same name as the requesting node');
}

/** Whether only objects of the node are asked for. */
function selectsNode({ fields = [], node }: Question, name = 'spec.nodeName'): boolean {
  return fields.some(({ field, negated, value }) => field === name && !negated && value === node);
}

function resourceSlice(question: Question): Decision {
  const { verb, subresource } = question;
  if (subresource !== '') return no('cannot authorize ResourceSlice subresources');
  if (verb === 'create') return ALLOWED;
  if (['get', 'update', 'patch', 'delete'].includes(verb)) return related(question);
  const known = 'get, watch, list, create, update, patch, delete, deletecollection';
  if (!['watch', 'list', 'deletecollection'].includes(verb))
    return no(`only the following verbs are allowed for a ResourceSlice: ${known}`);
  if (selectsNode(question)) return ALLOWED;
  return no('can only list/watch/deletecollection resourceslices with nodeName field selector');
}

function podCertificateRequest(question: Question): Decision {
  const { verb, subresource } = question;
  if (subresource !== '') return no('nodes may not access the status subresource of PodCertificateRequests');
  if (verb === 'create') return ALLOWED;
  if (verb === 'get') return related(question);
  if (verb !== 'list' && verb !== 'watch') return no(`nodes may not ${verb} podcertificaterequests`);
  return selectsNode(question)
    ? ALLOWED
    : no('can only list/watch podcertificaterequests with nodeName field selector');
}

function ownNode({ verb, subresource, name, node }: Question): Decision {
  const writes = verb === 'update' || verb === 'patch';
  if (subresource === 'status') return writes ? ALLOWED : NONE;
  if (subresource !== '') return NONE;
  if (writes || verb === 'create') return ALLOWED;
  if (!READ.includes(verb)) return NONE;
  // By name: a kubelet asks for its node before it makes it.
  if (name === node) return ALLOWED;
  const what = name === '' ? 'all nodes' : `'${name}'`;
  return no(`node '${node}' cannot read ${what}, only its own Node object`);
}

function pod(question: Question): Decision {
  const { verb, subresource, name } = question;
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOWED : NONE;
  if (subresource === 'eviction') return verb === 'create' ? ALLOWED : NONE;
  if (subresource !== '') return NONE;
  if (verb === 'get') return getOne(question);
  // Mirror pods; NodeRestriction sees to it that it is one.
  if (verb === 'create' || verb === 'delete') return ALLOWED;
  if (verb !== 'list' && verb !== 'watch') return NONE;
  if (selectsNode(question)) return ALLOWED;
  return name === '' ? no('can only list/watch pods with spec.nodeName field selector') : related(question);
}
