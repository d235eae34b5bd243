import { type FunctionTable, functionTable, type Library } from '../types/functions.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { COLLECTIONS } from './collections.ts';
import { COMPARISON } from './comparison.ts';
import { CONVERSIONS } from './conversions.ts';
import { OPTIONALS } from './optionals.ts';
import { REGEX } from './regex.ts';
import { TEXT } from './text.ts';
import { TIMES } from './times.ts';

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
];

/** The functions of every expression in Kubernetes 1.37. */
export const BASE_FUNCTIONS: FunctionTable = functionTable(LIBRARIES);
