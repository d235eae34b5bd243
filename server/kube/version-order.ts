/** The order of versions as clients should prefer them: apimachinery's version.CompareKubeAwareVersionStrings. */
const VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;

const STAGES = ['alpha', 'beta', undefined];

/** Below zero when `a` comes before `b`: `v2`, `v1`, `v1beta1`, `v1alpha1`, then everything else by its text. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return (
    STAGES.indexOf(right[2]) - STAGES.indexOf(left[2]) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
