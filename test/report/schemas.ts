/** The published schemas, ready to validate with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'vitest';

interface Schema {
  readonly $id: string;
  readonly definitions: { readonly event: { readonly properties: { readonly event: { readonly enum: string[] } } } };
}

export function schema(name: string): Schema {
  const path = join(import.meta.dirname, '../../docs/schema', `${name}.schema.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as Schema;
}

/** Expects that a document is what `docs/schema/<name>.schema.json` says. */
export function expectValid(
  name: 'info' | 'dump' | 'extract' | 'finding' | 'validate' | 'diff' | 'snapshots' | 'capture' | 'explain',
  document: unknown,
): void {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  const finding = schema('finding');
  if (name !== 'finding') ajv.addSchema(finding, finding.$id);
  const validate = ajv.compile(schema(name));
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
}
