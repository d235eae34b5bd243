import { nextTurn } from '../../server/base/turn.ts';

/** Most commands are done before anybody else has had a few turns. */
const TURNS = 10;

/** What somebody says at once; undefined when it takes longer: a kubelet does not stand and wait for it. */
export async function soon<T>(answer: Promise<T>, turns = TURNS): Promise<T | undefined> {
  let said: { readonly value: T } | undefined;
  const noted = answer.then((value) => {
    said = { value };
  });
  for (let turn = 0; turn < turns && !said; turn++) await Promise.race([noted, nextTurn()]);
  return said?.value;
}
