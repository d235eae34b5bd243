import { holds, WORD } from './classes.ts';
import type { Program } from './program.ts';
import type { Assertion } from './syntax.ts';

/**
 * Runs a pattern over a text in time linear in both: all ways through the pattern are followed at once. What follows
 * from a set of ways and a character is remembered, so that usual patterns take one look-up for each character.
 */

/** The pattern makes too much work for this text. */
export class MatchTooExpensive extends Error {}

/** Before and after the text. */
const EDGE = -1;
const MAX_STATES = 1000;
/** Some seconds of work; what upstream's cost limit lets pass needs less in all usual cases. */
const MAX_STEPS = 100_000_000;

interface State {
  /** Where the pattern goes on, before empty ways are followed. */
  readonly places: readonly number[];
  readonly previous: number;
  /** What follows on the characters of ASCII, and on the end of the text (at the last position). */
  readonly ascii: (State | 'match' | undefined)[];
  readonly others: Map<number, State | 'match'>;
}

export class Matcher {
  private readonly program: Program;
  private states = new Map<string, State>();
  private steps = 0;

  constructor(program: Program) {
    this.program = program;
  }

  /** Whether the pattern matches anywhere in the text. */
  test(text: string): boolean {
    this.steps = 0;
    let state: State = this.state([this.program.start], EDGE);
    let at = 0;
    while (at < text.length) {
      const code = text.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      const next = code < 128 ? state.ascii[code] : state.others.get(code);
      const found = next ?? this.follow(state, code);
      if (found === 'match') return true;
      state = found;
    }
    return (state.ascii[128] ?? this.follow(state, EDGE)) === 'match';
  }

  private follow(state: State, code: number): State | 'match' {
    const next = this.transition(state, code);
    if (code === EDGE) state.ascii[128] = next;
    else if (code < 128) state.ascii[code] = next;
    else if (state.others.size < MAX_STATES) state.others.set(code, next);
    return next;
  }

  private transition(state: State, code: number): State | 'match' {
    const reached = new Set<number>();
    const sets: number[] = [];
    for (const place of state.places) {
      if (this.reach(place, state.previous, code, reached, sets)) return 'match';
    }
    const places = new Set<number>();
    for (const place of sets) {
      const instruction = this.program.instructions[place];
      if (instruction?.kind === 'set' && code !== EDGE && holds(instruction.set, code)) places.add(instruction.next);
    }
    // The match may also begin later.
    places.add(this.program.start);
    return this.state(
      [...places].sort((one, other) => one - other),
      kindOf(code),
    );
  }

  /** Follows the empty ways from a place; true when one of them is the end. */
  private reach(start: number, previous: number, next: number, reached: Set<number>, sets: number[]): boolean {
    const open = [start];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (reached.has(place)) continue;
      reached.add(place);
      this.count();
      const instruction = this.program.instructions[place];
      if (instruction?.kind === 'match') return true;
      if (instruction?.kind === 'set') sets.push(place);
      else if (instruction?.kind === 'split') open.push(instruction.second, instruction.first);
      else if (instruction && asserted(instruction.assertion, previous, next)) open.push(instruction.next);
    }
    return false;
  }

  private count(): void {
    this.steps += 1;
    if (this.steps > MAX_STEPS) throw new MatchTooExpensive();
  }

  private state(places: readonly number[], previous: number): State {
    const key = `${previous}:${places.join()}`;
    const known = this.states.get(key);
    if (known) return known;
    if (this.states.size >= MAX_STATES) this.states = new Map();
    const state: State = { places, previous, ascii: Array.from({ length: 129 }), others: new Map() };
    this.states.set(key, state);
    return state;
  }

  /** The first match at or after a position: the leftmost one, and of those the one that Perl would find. */
  find(text: string, from: number): { start: number; end: number } | undefined {
    this.steps = 0;
    let ways: Way[] = [];
    let found: { start: number; end: number } | undefined;
    let previous = from === 0 ? EDGE : kindOf(codeBefore(text, from));
    for (let at = from; ; ) {
      const code = at < text.length ? (text.codePointAt(at) ?? 0) : EDGE;
      if (!found) ways.push({ place: this.program.start, start: at });
      const following: Way[] = [];
      const reached = new Set<number>();
      for (const way of ways) {
        const end = this.advance(way, previous, code, reached, following);
        if (!end) continue;
        // Ways of lower rank are given up.
        found = { start: way.start, end: at };
        break;
      }
      if (code === EDGE || (found && following.length === 0)) return found;
      ways = following;
      previous = kindOf(code);
      at += code > 0xffff ? 2 : 1;
    }
  }

  private advance(way: Way, previous: number, code: number, reached: Set<number>, following: Way[]): boolean {
    const open = [way.place];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (reached.has(place)) continue;
      reached.add(place);
      this.count();
      const instruction = this.program.instructions[place];
      if (instruction?.kind === 'match') return true;
      if (instruction?.kind === 'split') open.push(instruction.second, instruction.first);
      else if (instruction?.kind === 'assert') {
        if (asserted(instruction.assertion, previous, code)) open.push(instruction.next);
      } else if (instruction && code !== EDGE && holds(instruction.set, code)) {
        following.push({ place: instruction.next, start: way.start });
      }
    }
    return false;
  }
}

interface Way {
  readonly place: number;
  readonly start: number;
}

function codeBefore(text: string, at: number): number {
  return text.charCodeAt(at - 1);
}

/** What assertions want to know of a character: the edge, a newline, a character of a word, or another one. */
const OTHER = 0;
const NEWLINE = 10;
const WORD_CHARACTER = 97;

function kindOf(code: number): number {
  if (code === EDGE || code === NEWLINE) return code;
  return holds(WORD, code) ? WORD_CHARACTER : OTHER;
}

function asserted(assertion: Assertion, previous: number, code: number): boolean {
  const next = kindOf(code);
  switch (assertion) {
    case 'text-start':
      return previous === EDGE;
    case 'text-end':
      return next === EDGE;
    case 'line-start':
      return previous === EDGE || previous === NEWLINE;
    case 'line-end':
      return next === EDGE || next === NEWLINE;
    case 'word':
      return (previous === WORD_CHARACTER) !== (next === WORD_CHARACTER);
    case 'no-word':
      return (previous === WORD_CHARACTER) === (next === WORD_CHARACTER);
  }
}
