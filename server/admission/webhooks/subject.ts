/** One write as webhooks see it: in the version that each of them asks for. */
import { deepEqual, type Frozen, thaw } from '../../base/freeze.ts';
import { ApiError, internalError } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { apiVersionOf, type KubeObject, parseApiVersion, resourceName } from '../../kube/object.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { Catalog, Served } from '../../registry/catalog.ts';
import { renamed } from '../../registry/custom/conversion/renamed.ts';
import { onceConverted } from '../../registry/custom/conversion/unconverted.ts';
import { DecodeError, decodeStruct } from '../../schema/decode.ts';
import { acceptedCustom } from './custom-object.ts';

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export class Subject {
  readonly review: Review;
  /** The resource as the request names it. */
  readonly asked: Served;
  readonly #catalog: Catalog;
  #equivalents: readonly Served[] | undefined;
  /** What was made of the object in a version of its own, until somebody wants to see another one. */
  #changed: { readonly served: Served; readonly value: KubeObject } | undefined;

  constructor(review: Review, catalog: Catalog) {
    const { group, version, resource } = review.asked?.info ?? review.info;
    const { info } = review;
    const asked = catalog.lookup(group, version, resource);
    const isOfRequest = asked?.store.info === info || review.form !== undefined;
    const served = isOfRequest ? asked : catalog.lookup(info.group, info.version, info.resource);
    if (!served) throw internalError(`${resource}.${group} is not served`);
    this.review = review;
    this.asked = served;
    this.#catalog = catalog;
  }

  /** '' for the object itself. */
  get subresource(): string {
    return this.review.subresource ?? '';
  }

  /** Of namespaces, it is their own name. */
  get namespace(): string {
    const { info, key } = this.review;
    return info.resource === 'namespaces' && info.group === '' ? key.name : key.namespace;
  }

  /** The object as it is now, in whatever version. */
  get object(): KubeObject | undefined {
    return this.#changed?.value ?? this.review.object;
  }

  /** Other versions, and other groups, that show the same objects. */
  get equivalents(): readonly Served[] {
    this.#equivalents ??= this.#findEquivalents();
    return this.#equivalents;
  }

  #findEquivalents(): Served[] {
    const { info, store } = this.asked;
    const hasSubresource = (served: Served): boolean =>
      this.subresource === '' || served.info.subresources.has(this.subresource);
    if (info.isCustom) {
      const versions = this.#catalog.customKind(resourceName(info.group, info.resource))?.versions ?? [];
      const others = versions.map(({ served }) => served).filter((served) => served.info.version !== info.version);
      return others.filter(hasSubresource);
    }
    const found: Served[] = [];
    for (const { group, versions } of this.#catalog.groups) {
      for (const { version, resources } of versions) {
        if (!resources.some(({ resource }) => resource === info.resource)) continue;
        const served = this.#catalog.lookup(group, version, info.resource);
        const isSame = served && served !== this.asked && served.store.info === store.info;
        if (isSame && hasSubresource(served)) found.push(served);
      }
    }
    return found;
  }

  /** The kind of the object that a webhook for `served` gets. */
  kindIn(served: Served): Kind {
    const { form } = this.review;
    if (form) return { group: form.group, version: form.version, kind: form.kind };
    return { group: served.info.group, version: served.info.version, kind: served.info.kind };
  }

  /**
   * Gets everything ready to be shown in the version of `served`: a webhook may have to convert it.
   *
   * @throws ApiError 500 when it cannot be converted
   */
  async prepare(served: Served): Promise<void> {
    if (this.#changed && this.#changed.served !== served) await this.settle();
    const { object, old } = this.review;
    for (const value of [old, this.#changed ? undefined : object])
      if (value) await onceConverted(() => this.shown(value as Frozen<KubeObject>, served));
  }

  /** Whether everything can be shown in the version of `served` without {@link prepare}. */
  isReady(served: Served): boolean {
    if (this.#changed && this.#changed.served !== served) return false;
    return served === this.asked || !this.asked.store.definition.conversions || this.review.form !== undefined;
  }

  /**
   * `object` in the version of `served`; the object itself where that is the stored one.
   *
   * @throws Unconverted where a webhook has to convert it first
   */
  shown(object: Frozen<KubeObject>, served: Served): Frozen<KubeObject> {
    if (this.review.form) return object;
    if (this.#changed?.served === served && this.#changed.value === object) return object;
    const { kind, ...groupVersion } = this.kindIn(served);
    const apiVersion = apiVersionOf(groupVersion);
    if (served.info.isCustom) return this.#converted(object, apiVersion) as Frozen<KubeObject>;
    const value = served.conversion ? served.conversion.fromStored(object) : object;
    if (value.kind === kind && value.apiVersion === apiVersion) return value as Frozen<KubeObject>;
    return { ...value, kind, apiVersion } as Frozen<KubeObject>;
  }

  #converted(object: Frozen<KubeObject>, apiVersion: string): KubeObject {
    if (object.apiVersion === apiVersion) return object as KubeObject;
    const { conversions } = this.asked.store.definition;
    return conversions ? conversions.convert(object, apiVersion) : renamed(object, apiVersion);
  }

  /**
   * Takes over what somebody made of the object in the version of `served`. Nobody converts it back before it has to
   * be: what one webhook has changed, the next one of the same version sees as it is.
   *
   * @returns whether it is another object now
   * @throws ApiError 500 when it does not fit the kind
   */
  change(value: unknown, served: Served): boolean {
    const { form, object } = this.review;
    const next = this.accepted(value, served);
    if (!object) return false;
    if (!this.isReady(served)) {
      const before = this.shown(this.object as Frozen<KubeObject>, served);
      this.#changed = { served, value: next };
      return !deepEqual(before, next);
    }
    const own = served.info.isCustom && !form ? this.#converted(next as Frozen<KubeObject>, this.#own) : next;
    const changed = !deepEqual(object, own);
    become(object, own);
    return changed;
  }

  /** Brings the object back into the version of the request. @throws ApiError 500 when it cannot be converted */
  async settle(): Promise<void> {
    const { object } = this.review;
    const changed = this.#changed;
    if (!changed || !object) return;
    this.#changed = undefined;
    become(object, await onceConverted(() => this.#converted(changed.value as Frozen<KubeObject>, this.#own)));
  }

  get #own(): string {
    return apiVersionOf(this.asked.info);
  }

  /**
   * What a webhook made of the object that it was shown: decoded like a request, and with its defaults; as it would be
   * stored, or, of a custom resource, in the version in which it was shown.
   * @throws ApiError 500 when it does not fit the kind
   */
  accepted(value: unknown, served: Served): KubeObject {
    const { form } = this.review;
    if (!form && served.info.type.custom) return acceptedCustom(value, served.info.type.custom);
    const type = form ? form.type : served.info.type;
    const { kind, ...groupVersion } = this.kindIn(served);
    this.#checkKind(value as { kind?: string; apiVersion?: string }, { kind, ...groupVersion });
    try {
      const decoded = decodeStruct(value, type, { unknownFields: false }) as unknown as KubeObject;
      const whole = {
        ...decoded,
        kind: decoded.kind ?? kind,
        apiVersion: decoded.apiVersion ?? apiVersionOf(groupVersion),
      };
      if (form) return whole;
      const stored = served.conversion ? served.conversion.toStored(whole) : whole;
      served.store.definition.fillDefaults?.(stored);
      return stored;
    } catch (error) {
      if (error instanceof DecodeError) throw internalError(error.message);
      throw error;
    }
  }

  /** A patch may not make another kind of the object. @throws ApiError 500 */
  #checkKind(given: { readonly kind?: string; readonly apiVersion?: string }, { kind, ...groupVersion }: Kind): void {
    const apiVersion = apiVersionOf(groupVersion);
    const [asKind, asVersion] = [given.kind || kind, given.apiVersion || apiVersion];
    if (asKind === kind && asVersion === apiVersion) return;
    const { group, version } = parseApiVersion(asVersion) ?? { group: '', version: asVersion };
    if (!this.#catalog.table.typeOfKind(group, version, asKind)) {
      const scheme = 'in scheme "pkg/runtime/scheme.go:111"';
      throw internalError(`no kind ${goQuote(asKind)} is registered for version ${goQuote(asVersion)} ${scheme}`);
    }
    const own = groupVersion.group === '' ? 'core' : (groupVersion.group.split('.', 1)[0] ?? '');
    throw new ApiError(500, '', `converting (${version}.${asKind}) to (${own}.${kind}): unknown conversion`);
  }
}

/** Makes an object equal to another one, in place: whoever holds it goes on with it. */
export function become(object: KubeObject, next: KubeObject): void {
  for (const field of Object.keys(object)) if (!(field in next)) delete object[field];
  Object.assign(object, thaw(next));
}
