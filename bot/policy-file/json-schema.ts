import { jsonSchemaOfPolicyFile } from './schema.ts';

/**
 * For editors: names, types and ranges while somebody types. It is no substitute for
 * `keyturn policy check`, which also knows what is safe.
 */
export function jsonSchemaText(): string {
  const schema = {
    title: 'keyturn.yaml',
    description:
      'The policy and settings of Keyturn. Run "keyturn policy check" for what a schema cannot say.',
    ...jsonSchemaOfPolicyFile(),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
