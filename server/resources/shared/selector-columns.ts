/** Cells of selectors and of lists that are cut short: pkg/printers/internalversion. */
import { formatSelector } from '../../kube/labels.ts';
import { type MaybeSelector, readSelector } from './selector-rules.ts';

/** metav1.FormatLabelSelector. */
export function selectorCell(selector: MaybeSelector): string {
  if (!selector) return '<none>';
  const parsed = readSelector(selector);
  if (!parsed) return '<error>';
  return formatSelector(parsed) || '<none>';
}

/** At most three texts, and how many more there are (listWithMoreString). */
export function firstThree(texts: readonly string[]): string {
  if (texts.length > 3) return `${texts.slice(0, 3).join(',')} + ${texts.length - 3} more...`;
  return texts.join(',') || '<unset>';
}
