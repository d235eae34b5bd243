import type { User } from '../kube/object.ts';
import type { UserInfo } from '../kube/types.gen.ts';

/** A user as reviews show one: empty parts are left out, extra fields are sorted. */
export function userInfoOf({ name, uid, groups, extra = {} }: User): UserInfo {
  const keys = Object.keys(extra).sort();
  return {
    ...(name !== '' && { username: name }),
    ...(uid !== undefined && uid !== '' && { uid }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(keys.length > 0 && { extra: Object.fromEntries(keys.map((key) => [key, [...(extra[key] ?? [])]])) }),
  };
}
