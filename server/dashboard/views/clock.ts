/** The time of the cluster: stopped, set and moved. */
import { call, reasonOf } from '../api.ts';
import { repeat } from '../browser-clock.ts';
import { type ClockState, clockState, keepClock, readClock } from '../cluster-time.ts';
import { type Child, h } from '../dom.ts';
import { act, button, field, form, page, textOf, type View } from '../page.ts';

const REFRESH_MS = 1000;
const STEPS = ['1m', '10m', '1h', '24h'];

let problem = '';
let isMoving = false;

async function read(): Promise<void> {
  try {
    if (!isMoving) await readClock();
    problem = '';
  } catch (error) {
    problem = reasonOf(error);
  }
  page.redraw();
}

function move(body: object): void {
  isMoving = true;
  void act(async () => {
    try {
      const told = await call<ClockState>('-/clock', { method: 'POST', body });
      keepClock(told);
      return `it is ${told.now}`;
    } finally {
      isMoving = false;
    }
  });
}

function settle(): void {
  void act(async () => {
    await call('-/settle', { method: 'POST', body: {} });
    return 'nothing is queued or running';
  });
}

function facts({ now, frozen, speed, offset, timers, nextTimer }: ClockState): Child {
  const pace = frozen ? 'stands still' : speed === 1 ? 'goes on' : `goes on, ${speed} times as fast`;
  const pairs = [
    ['Now', h('time', { datetime: now, class: 'now' }, now.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))],
    ['Time', h('span', { class: 'state', 'data-tone': frozen ? 'busy' : 'ok' }, pace)],
    ['From real time', offset],
    ['Timers', `${timers}${nextTimer === null ? '' : `, the next at ${nextTimer}`}`],
  ] as const;
  return h(
    'dl',
    {},
    pairs.map(([term, value]) => h('div', { key: term }, h('dt', {}, term), h('dd', {}, value))),
  );
}

export const clockView: View = {
  title: 'Clock',
  key: 'c',
  enter: () => repeat(REFRESH_MS, read),
  render() {
    const state = clockState();
    const text = (name: string, value: string, placeholder: string): HTMLElement =>
      h('input', { name, placeholder, size: '24', autocomplete: 'off', ...(value !== '' && { value }) });
    return [
      problem !== '' && h('p', { class: 'problem' }, problem),
      state ? facts(state) : h('p', { class: 'none' }, 'Reading…'),
      h(
        'div',
        { class: 'bar' },
        button(state?.frozen ? 'Go on' : 'Freeze', () => move({ freeze: !state?.frozen }), { 'data-item': '' }),
        STEPS.map((step) =>
          button(`+${step}`, () => move({ advance: step }), { 'data-item': '', 'aria-label': `Advance ${step}` }),
        ),
        button('Next timer', () => move({ next: true }), { 'data-item': '' }),
        button('Settle', settle, { 'data-item': '' }),
      ),
      form(
        'Advance',
        (sent) => move({ advance: textOf(sent, 'advance') }),
        field('Advance by', text('advance', '', '1h30m')),
        h('button', { type: 'submit' }, 'Advance'),
      ),
      form(
        'Set',
        (sent) => move({ set: textOf(sent, 'set') }),
        field('Set to', text('set', '', '2026-01-01T00:00:00Z, or now')),
        h('button', { type: 'submit' }, 'Set'),
      ),
      form(
        'Speed',
        (sent) => move({ speed: Number(textOf(sent, 'speed')) }),
        field('Times as fast', text('speed', '', '60')),
        h('button', { type: 'submit' }, 'Set speed'),
      ),
    ];
  },
};
