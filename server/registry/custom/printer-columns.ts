/** Table columns of custom resources (apiextensions-apiserver/pkg/registry/customresource/tableconvertor). */
import type { Frozen } from '../../base/freeze.ts';
import { goFloat } from '../../kube/go-float.ts';
import { humanDuration } from '../../kube/human-duration.ts';
import { compileJsonPath, type JsonPath } from '../../kube/json-path.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { CustomResourceColumnDefinition } from '../../kube/types.gen.ts';
import type { ColumnRow } from '../../schema/type-table-format.ts';

type Column = Frozen<CustomResourceColumnDefinition>;

const OBJECT_META = '@io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const NAME: ColumnRow = ['Name', 'string', 'name', 0, `${OBJECT_META}#name`];

/** What a version without columns of its own has. */
const AGE: ColumnRow = ['Age', 'date', '', 0, `${OBJECT_META}#creationTimestamp`];
const AGE_PATH = '.metadata.creationTimestamp';

export interface PrinterColumns {
  readonly rows: readonly ColumnRow[];
  cells(object: Frozen<KubeObject>, nowMs: number): readonly unknown[];
}

interface Cell {
  readonly type: string;
  readonly path: JsonPath;
}

/** @param columns `additionalPrinterColumns` of a version; upstream takes those before one that it cannot read */
export function printerColumns(columns: readonly Column[] | undefined): PrinterColumns {
  if (!columns?.length) {
    return made([NAME, AGE], [{ type: 'date', path: compileJsonPath(AGE_PATH) }]);
  }
  const rows: ColumnRow[] = [NAME];
  const cells: Cell[] = [];
  for (const { name, type, format = '', priority = 0, description = '', jsonPath } of columns) {
    try {
      cells.push({ type, path: compileJsonPath(jsonPath) });
    } catch {
      break;
    }
    const text = description || `Custom resource definition column (in JSONPath format): ${jsonPath}`;
    rows.push([name, type, format, priority, text]);
  }
  return made(rows, cells);
}

function made(rows: readonly ColumnRow[], cells: readonly Cell[]): PrinterColumns {
  return {
    rows,
    cells: (object, nowMs) => [
      object.metadata.name ?? '',
      ...cells.map(({ type, path }) => {
        const found = path(object);
        return found.length === 0 ? null : cellOf(type, found[0], nowMs);
      }),
    ],
  };
}

function cellOf(type: string, value: unknown, nowMs: number): unknown {
  if (type === 'string') return textOf(value);
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? ageOf(value, nowMs) : null;
    default:
      return null;
  }
}

function textOf(value: unknown): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : goFloat(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function ageOf(text: string, nowMs: number): string {
  if (text === '' || text === 'null') return '<unknown>';
  const timeMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(timeMs) ? '<invalid>' : humanDuration(nowMs - timeMs);
}
