import { expect, it } from 'vitest';
import { ClusterJournal } from '../../server/cluster/journal/journal.ts';
import type { ApiRequest } from '../../server/pipeline/request.ts';
import { requestInfo } from '../../server/pipeline/request-info.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const PATH = '/api/v1/namespaces/default/pods/web';

function request(isOwn: boolean): ApiRequest {
  const query = new URLSearchParams();
  const asked = { method: 'GET', path: PATH, query, rawQuery: '', isOwn, header: () => undefined };
  return { ...asked, info: requestInfo('GET', PATH, query) } as unknown as ApiRequest;
}

it('forgets requests of controllers after five minutes, and keeps those of clients', async () => {
  const clock = new SimulatedClock();
  const journal = new ClusterJournal({ clock, realClock: clock, level: 'metadata', revision: () => 1 });
  const counts = (): [own: number, all: number] => {
    const entries = journal.after(0, { own: true });
    return [entries.filter(({ isOwn }) => isOwn).length, entries.length];
  };
  for (const isOwn of [true, false, true]) journal.begin(request(isOwn));
  await clock.advance(299_999);
  journal.begin(request(true));
  expect(counts()).toEqual([3, 4]);
  await clock.advance(2);
  expect(counts()).toEqual([1, 2]);
  await clock.advance(600_000);
  expect(counts()).toEqual([0, 1]);
});
