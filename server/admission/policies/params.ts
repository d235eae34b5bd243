/** The objects that parametrize a policy: CollectParams of plugin/policy/generic/policy_dispatcher.go. */
import type { Frozen } from '../../base/freeze.ts';
import { selectorFromObject, selectorMatches } from '../../kube/labels.ts';
import { apiVersionOf, type KubeObject } from '../../kube/object.ts';
import type { ParamKind, ParamRef } from '../../kube/types.gen.ts';
import type { Catalog, Served } from '../../registry/catalog.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { MatchFault } from './matching.ts';

type Param = Frozen<KubeObject>;

/** The resource of a kind of parameters; undefined when the policy has none. */
export function paramResource(
  paramKind: Frozen<ParamKind> | undefined,
  catalog: Catalog,
): Served | undefined | MatchFault {
  if (!paramKind) return undefined;
  const { apiVersion = '', kind = '' } = paramKind;
  const slash = apiVersion.indexOf('/');
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  const served = catalog.lookupKind(group, version, kind);
  const shown = `${group}/${version}, Kind=${kind}`;
  return served ?? new MatchFault(`failed to find resource referenced by paramKind: '${shown}'`);
}

/**
 * The parameters with which a policy is to be evaluated, one after the other; null stands for none.
 *
 * @param namespace of the request
 */
export function collectParams(
  served: Served | undefined,
  paramRef: Frozen<ParamRef> | undefined,
  namespace: string,
): readonly (Param | null)[] | MatchFault {
  if (!served || !paramRef) return [null];
  const { namespaced } = served.info;
  const { namespace: given = '', parameterNotFoundAction } = paramRef;
  if (namespaced && given === '' && namespace === '')
    return new MatchFault('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  if (!namespaced && given !== '')
    return new MatchFault('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const found = find(served, paramRef, namespaced ? given || namespace : '');
  if (found.length === 0 && parameterNotFoundAction === 'Deny')
    return new MatchFault('no params found for policy binding with `Deny` parameterNotFoundAction');
  return found;
}

function find(served: Served, { name = '', selector }: Frozen<ParamRef>, namespace: string): Param[] {
  const { store } = served;
  if (name !== '') {
    const stored = store.find({ namespace, name });
    return stored ? [shown(stored, served)] : [];
  }
  const labels = selectorFromObject(selector ?? {});
  const { items } = store.list(namespace);
  return items.filter(({ value }) => selectorMatches(labels, value.metadata.labels)).map((item) => shown(item, served));
}

function shown({ value }: StoredObject, { info, conversion }: Served): Param {
  const converted = conversion ? conversion.fromStored(value) : value;
  return { ...converted, apiVersion: apiVersionOf(info), kind: info.kind } as Param;
}
