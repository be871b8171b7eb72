import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchemaText } from '../../../bot/policy-file/json-schema.ts';
import { PolicyFile } from '../../../bot/policy-file/schema.ts';

const COMMITTED = new URL('../../../manifest/keyturn.schema.json', import.meta.url);

describe('manifest/keyturn.schema.json', () => {
  it('is what the schema says now (KEYTURN_WRITE=1 writes it anew, npm run format lays it out)', () => {
    if (process.env['KEYTURN_WRITE'] === '1') writeFileSync(COMMITTED, jsonSchemaText());
    expect(JSON.parse(readFileSync(COMMITTED, 'utf8'))).toEqual(JSON.parse(jsonSchemaText()));
  });

  it('names every key, requires the nine that are required, and takes no other', () => {
    const schema = JSON.parse(jsonSchemaText()) as Record<string, unknown>;
    expect(schema).toMatchObject({ title: 'keyturn.yaml', type: 'object', additionalProperties: false });
    expect(Object.keys(schema['properties'] as object)).toEqual(Object.keys(PolicyFile.shape));
    expect([...(schema['required'] as string[])].sort()).toEqual(
      [
        'version',
        'environments',
        'people',
        'groups',
        'clients',
        'plans',
        'default',
        'rules',
        'clear_from',
      ].sort(),
    );
  });
});
