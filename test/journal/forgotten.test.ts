import { beforeEach, expect, it } from 'vitest';
import { ClusterJournal } from '../../server/cluster/journal/journal.ts';
import { LIMITS } from '../../server/kube/limits.ts';
import type { ApiRequest, ApiResponse } from '../../server/pipeline/request.ts';
import { requestInfo } from '../../server/pipeline/request-info.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const ANSWER = { type: 'value', status: 200, value: {} } as unknown as ApiResponse;

function request(name: string): ApiRequest {
  const [path, query] = [`/api/v1/namespaces/default/pods/${name}`, new URLSearchParams()];
  const asked = { method: 'GET', path, query, rawQuery: '', header: () => undefined };
  return { ...asked, info: requestInfo('GET', path, query) } as unknown as ApiRequest;
}

let journal: ClusterJournal;
beforeEach(() => {
  const clock = new SimulatedClock();
  journal = new ClusterJournal({ clock, realClock: clock, level: 'metadata', revision: () => 1 });
});

function ask(name: string, answer = ANSWER): void {
  journal.begin(request(name))?.answered(answer);
}

const fill = (): void => {
  for (let i = 0; i < LIMITS.journaledRequests; i++) ask(`filler-${i % 10}`);
};

it('keeps the newest requests as they were, however many came before', () => {
  fill();
  fill();
  ask('missing', { ...ANSWER, status: 404 } as ApiResponse);
  ask('here');
  const last = journal.after(0).slice(-3);
  expect(journal.after(0)).toHaveLength(LIMITS.journaledRequests);
  expect(last.map(({ name, status, sequence }) => [name, status, sequence])).toEqual([
    ['filler-9', 200, 2 * LIMITS.journaledRequests],
    ['missing', 404, 2 * LIMITS.journaledRequests + 1],
    ['here', 200, 2 * LIMITS.journaledRequests + 2],
  ]);
});

it('does not change what somebody was shown', () => {
  ask('first');
  const [shown] = journal.after(0);
  fill();
  fill();
  expect(shown).toMatchObject({ name: 'first', status: 200, sequence: 1 });
});

it('does not change what somebody who waits was told', () => {
  const told: { readonly name: string }[] = [];
  const cancel = journal.onAnswer((entry) => told.push(entry));
  ask('awaited');
  cancel();
  fill();
  fill();
  expect(told.map(({ name }) => name)).toEqual(['awaited']);
});

it('takes the end of a watch for that of no other request', () => {
  let end = (): void => undefined;
  const watch = { type: 'watch', start: () => () => undefined } as unknown as ApiResponse;
  const sent = journal.begin(request('watched'))?.answered(watch) as unknown as {
    readonly start: (observer: object) => () => void;
  };
  end = sent.start({ end: () => undefined });
  end();
  fill();
  const late = journal.begin(request('late'));
  end();
  late?.answered(watch);
  expect(journal.after(0).at(-1)).toMatchObject({ name: 'late', isOver: false });
});
