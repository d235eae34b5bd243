/**
 * Answers with 500 that a real server gives too: it does not tell a patch that cannot be applied from a fault of its
 * own. Asked for by `npm run fuzz -- --oracle`, which compares them.
 */
const ALLOWED: readonly RegExp[] = [
  /^failed to create typed patch object/,
  /^failed to convert new object/,
  /^unable to find api field in struct \w+ for the json field/,
  /^unknown patch type: /,
  /^expected a \S+ \S+, but received an? /,
  /does not contain declared merge key: /,
  /strconv\.ParseUint: parsing /,
  /^\[?target\.(name|kind): /,
  /^The order in patch list:/,
  /^merging an object in json but data type is not struct, instead is: map$/,
  /^list element types are not identical: /,
  // Of the same function, apimachinery's sliceElementType: not asked for, but read.
  /^no elements in any of the given slices$/,
  /^resourceVersion should not be set on objects to be created$/,
];

export const isAllowed500 = (message: string): boolean => ALLOWED.some((pattern) => pattern.test(message));
