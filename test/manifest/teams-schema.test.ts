import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
// The package itself does not load (its export map names no file); the schemas in it are what is wanted.
const SCHEMAS = join(require.resolve('@microsoft/app-manifest/package.json'), '../build/json-schemas/teams');
const Ajv = require('ajv-draft-04').default;
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

const manifest = read(join(import.meta.dirname, '../../manifest/teams/manifest.json'));
const schema = read(join(SCHEMAS, `v${manifest.manifestVersion}`, 'MicrosoftTeams.schema.json'));
// Formats are in the schema beside patterns, which are what is checked.
const isValid = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

function problems(value: unknown): readonly string[] {
  return isValid(value)
    ? []
    : isValid.errors.map(({ instancePath, message }: Record<string, string>) => `${instancePath} ${message}`);
}

it("is what Microsoft's own schema of this version takes", () => {
  expect(problems(manifest)).toEqual([]);
});

it.each<readonly [string, (changed: typeof manifest) => unknown]>([
  [
    'a command that is too long',
    (one) => Object.assign(one.bots[0].commandLists[0].commands[0], { title: 'x'.repeat(33) }),
  ],
  ['a key that nobody knows', (one) => Object.assign(one.bots[0], { approves: true })],
  ['a scope that nobody knows', (one) => void one.bots[0].scopes.push('everywhere')],
  ['no icon', (one) => void delete one.icons.outline],
  ['a version that is another', (one) => Object.assign(one, { manifestVersion: '1.18' })],
])('and it would not take %s', (_what, change) => {
  const changed = structuredClone(manifest);
  change(changed);
  expect(problems(changed)).not.toEqual([]);
});
