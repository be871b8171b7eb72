import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const DIST = join(import.meta.dirname, '../../../dist');

/** Says on stderr what every import of the process resolves to. */
const TELLING = `
import { writeSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  writeSync(2, found.url + '\\n');
  return found;
}
`;

function loadedWith(module: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-loads-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hooks = join(folder, 'hooks.mjs');
  writeFileSync(hooks, TELLING);
  const script = `
    import { register } from 'node:module';
    register(${JSON.stringify(pathToFileURL(hooks).href)});
    await import(${JSON.stringify(pathToFileURL(join(DIST, module)).href)});
    process.exit(0);
  `;
  const shell = ['-c', '"$0" --input-type=module --eval "$1" 2>&1', process.execPath, script];
  return execFileSync('sh', shell, { encoding: 'utf8' });
}

it('the bot starts without the libraries of MCP and of tokens', () => {
  const loaded = loadedWith('bot/compose.js');
  expect(loaded).toContain('/connectors/mcp/http.js');
  expect(loaded).toContain('/connectors/oidc/verify.js');
  expect(loaded).not.toMatch(/node_modules\/(@modelcontextprotocol|jose)\//);
});

it('the hook loads Node and our own client, and no library at all', () => {
  const loaded = loadedWith('connectors/hook/run.js');
  expect(loaded).toContain('/connectors/guard/client.js');
  expect(loaded).not.toContain('node_modules');
});
