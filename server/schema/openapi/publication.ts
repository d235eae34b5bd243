/** The OpenAPI documents of a type table, each made when first asked for and kept as bytes. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { fieldText } from '../docs.ts';
import type { TypeTable } from '../type-table.ts';
import { knownHash } from './document-hashes.ts';
import { builtInContext, routesByDocument, writeV2, writeV3 } from './documents.ts';
import { MESSAGES_V2 } from './messages-v2.ts';
import { MESSAGES_V3 } from './messages-v3.ts';
import { type Messages, ProtobufWriter } from './protobuf.ts';
import type { Route } from './routes.ts';
import { type OpenApiVersion, type SchemaSource, TypeSchemas } from './schemas.ts';

/** A document in its encodings. */
export class Document {
  readonly json: Buffer;
  /** SHA-512 of the JSON in capital hexadecimal digits; upstream's ETag, also of the other encodings. */
  readonly hash: string;
  readonly #messages: Messages;
  #protobuf: Buffer | undefined;
  readonly #compressed = new Map<Buffer, Buffer>();

  constructor(json: string, messages: Messages) {
    this.json = Buffer.from(json);
    this.hash = createHash('sha512').update(this.json).digest('hex').toUpperCase();
    this.#messages = messages;
  }

  get protobuf(): Buffer {
    this.#protobuf ??= new ProtobufWriter(this.#messages).write('Document', JSON.parse(this.json.toString()));
    return this.#protobuf;
  }

  /** @param bytes `json` or `protobuf` */
  compressed(bytes: Buffer): Buffer {
    let compressed = this.#compressed.get(bytes);
    if (!compressed) {
      compressed = gzipSync(bytes, { level: 1 });
      this.#compressed.set(bytes, compressed);
    }
    return compressed;
  }
}

/** Everything that is published about the kinds of one table. Clusters share it, as they share the table. */
export class OpenApiPublication {
  readonly #table: TypeTable;
  readonly #routes: ReturnType<typeof routesByDocument>;
  readonly #schemas: TypeSchemas;
  readonly #documents = new Map<string, Document>();
  #swagger: Document | undefined;

  constructor(table: TypeTable) {
    this.#table = table;
    this.#routes = routesByDocument(table.groups, builtInContext(table));
    this.#schemas = this.#schemasFor('v3');
  }

  /** Names of the documents of v3, such as `apis/apps/v1`. */
  get names(): readonly string[] {
    return [...this.#routes.keys()].sort();
  }

  has(name: string): boolean {
    return this.#routes.has(name);
  }

  /** The hash of a document, which need not be made for it. */
  hashOf(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    return this.#documents.get(name)?.hash ?? knownHash(this.#table, name) ?? this.document(name)?.hash;
  }

  /** A document of v3. */
  document(name: string): Document | undefined {
    let document = this.#documents.get(name);
    const routes = this.#routes.get(name);
    if (!document && routes) {
      document = new Document(writeV3(name, routes(), this.#schemas, this.#table), MESSAGES_V3);
      this.#documents.set(name, document);
    }
    return document;
  }

  /** The document of v2. */
  get swagger(): Document {
    if (!this.#swagger) {
      const routes = [...this.#routes.values()].flatMap((routesOf) => routesOf());
      this.#swagger = new Document(writeV2(routes, this.#schemasFor('v2'), this.#table), MESSAGES_V2);
    }
    return this.#swagger;
  }

  /** The document of v2 with more in it. @param schemas knows those of the built-in kinds too */
  swaggerWith(more: readonly Route[], schemas: SchemaSource): string {
    const routes = [...this.#routes.values()].flatMap((routesOf) => routesOf());
    return writeV2([...routes, ...more], schemas, this.#table);
  }

  /** Schemas of the built-in types. */
  schemas(version: OpenApiVersion): SchemaSource {
    return version === 'v3' ? this.#schemas : this.#schemasFor('v2');
  }

  #schemasFor(version: OpenApiVersion): TypeSchemas {
    return new TypeSchemas((name) => this.#table.row(name), fieldText, version, this.#table);
  }
}

const publications = new WeakMap<TypeTable, OpenApiPublication>();

/** What is published about a table. */
export function publicationOf(table: TypeTable): OpenApiPublication {
  let publication = publications.get(table);
  if (!publication) {
    publication = new OpenApiPublication(table);
    publications.set(table, publication);
  }
  return publication;
}
