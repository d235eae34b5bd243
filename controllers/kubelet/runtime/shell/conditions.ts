import { type Inode, may } from '../machine/inode.ts';
import type { Process } from '../machine/process.ts';

/** What `test`, `[` and `[[` ask. */

/** A question about one text; undefined when there is no such question. */
export function unaryTest(process: Process, operator: string, operand: string): boolean | undefined {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  if (operator === '-t') return process.files.get(Number(operand))?.terminal !== undefined;
  const ask = FILE_TESTS[operator];
  if (!ask) return undefined;
  const follow = operator !== '-h' && operator !== '-L';
  const place = process.view.tryFind(process.path(operand), process, { follow });
  return place !== undefined && ask(place.node, process);
}

const FILE_TESTS: Readonly<Record<string, (node: Inode, process: Process) => boolean>> = {
  '-b': () => false,
  '-c': (node) => node.kind === 'device' && !node.isText,
  '-d': ({ kind }) => kind === 'directory',
  '-e': () => true,
  '-f': (node) => node.kind === 'file' || (node.kind === 'device' && node.isText),
  '-g': ({ attributes }) => (attributes.mode & 0o2000) !== 0,
  '-h': ({ kind }) => kind === 'link',
  '-k': ({ attributes }) => (attributes.mode & 0o1000) !== 0,
  '-L': ({ kind }) => kind === 'link',
  '-O': ({ attributes }, { uid }) => attributes.uid === uid,
  '-p': () => false,
  '-r': (node, process) => may(node, 4, process),
  '-s': (node) => node.kind !== 'file' || node.size > 0,
  '-S': () => false,
  '-u': ({ attributes }) => (attributes.mode & 0o4000) !== 0,
  '-w': (node, process) => may(node, 2, process),
  '-x': (node, process) => may(node, 1, process),
};

/** Something that `-eq` and its like cannot compare. */
export class BadNumber extends Error {}

export function integerOf(text: string): bigint {
  const word = text.trim();
  if (!/^[-+]?\d+$/.test(word)) throw new BadNumber(`${text}: bad number`);
  return BigInt(word.replace(/^\+/, ''));
}

const NUMBER_TESTS: Readonly<Record<string, (left: bigint, right: bigint) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

/** A question about two texts; undefined when there is no such question. @throws BadNumber */
export function binaryTest(process: Process, left: string, operator: string, right: string): boolean | undefined {
  const compare = NUMBER_TESTS[operator];
  if (compare) return compare(integerOf(left), integerOf(right));
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef':
      return filesTest(process, left, operator, right);
    default:
      return undefined;
  }
}

function filesTest(process: Process, left: string, operator: string, right: string): boolean {
  const nodeOf = (path: string): Inode | undefined => process.view.tryFind(process.path(path), process)?.node;
  const [a, b] = [nodeOf(left), nodeOf(right)];
  if (operator === '-ef') return a !== undefined && a === b;
  const [newer, older] = operator === '-nt' ? [a, b] : [b, a];
  if (!newer) return false;
  return !older || newer.attributes.mtimeMs > older.attributes.mtimeMs;
}
