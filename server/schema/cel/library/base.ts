import { type FunctionTable, functionTable, type Library } from '../types/functions.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { AUTHORIZATION } from './authorizer.ts';
import { COLLECTIONS } from './collections.ts';
import { COMPARISON } from './comparison.ts';
import { CONVERSIONS } from './conversions.ts';
import { FORMAT } from './format.ts';
import { NAMED_FORMATS } from './formats.ts';
import { MUTATION } from './mutation.ts';
import { NETWORK } from './network.ts';
import { OPTIONALS } from './optionals.ts';
import { QUANTITY } from './quantity.ts';
import { REGEX } from './regex.ts';
import { SEMVER } from './semver.ts';
import { TEXT } from './text.ts';
import { TIMES } from './times.ts';
import { URLS } from './url.ts';

/** What the evaluator does itself is declared for the checker only. */
const planned = (): never => {
  throw new Error('this operator is not called like a function');
};

const OPERATORS: Library = {
  '@not_strictly_false': { 'not_strictly_false(bool): bool': planned },
  '_&&_': { 'logical_and(bool, bool): bool': planned },
  '_||_': { 'logical_or(bool, bool): bool': planned },
  '_?_:_': { 'conditional(bool, A, A): A': planned },
  '_[_]': {
    'index_list(list(A), int): A': planned,
    'index_map(map(A, B), A): B': planned,
    'optional_list_index_int(optional_type(list(V)), int): optional_type(V)': planned,
    'optional_map_index_value(optional_type(map(K, V)), K): optional_type(V)': planned,
  },
  '_[?_]': {
    'list_optindex_optional_int(list(V), int): optional_type(V)': planned,
    'optional_list_optindex_optional_int(optional_type(list(V)), int): optional_type(V)': planned,
    'map_optindex_optional_value(map(K, V), K): optional_type(V)': planned,
    'optional_map_optindex_optional_value(optional_type(map(K, V)), K): optional_type(V)': planned,
  },
};

const LIBRARIES: readonly Library[] = [
  OPERATORS,
  ARITHMETIC,
  COMPARISON,
  CONVERSIONS,
  TIMES,
  TEXT,
  COLLECTIONS,
  OPTIONALS,
  REGEX,
  FORMAT,
  QUANTITY,
  NETWORK,
  URLS,
  SEMVER,
  NAMED_FORMATS,
  AUTHORIZATION,
];

const tables = new Map<string, FunctionTable>();

/**
 * The functions of Kubernetes 1.37, in a table that is made when the first expression needs it.
 *
 * @param stored false for expressions that are written now: they go without what came with 1.37, which the version
 * before could not read after a rollback
 * @param mutation whether they make patches
 */
export function functionsFor(stored: boolean, mutation: boolean): FunctionTable {
  const key = `${stored} ${mutation}`;
  let table = tables.get(key);
  if (!table) {
    const all = stored ? functionTable(mutation ? [...LIBRARIES, MUTATION] : LIBRARIES) : functionsFor(true, mutation);
    table = stored ? all : new Map([...all].filter(([name]) => name !== 'includes'));
    tables.set(key, table);
  }
  return table;
}
