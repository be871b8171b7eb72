import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tokenOf } from '../../helpers/rulebook.ts';
import { approve, startKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(ROOT, 'connectors/client/README.md'), 'utf8');
const example = (name: string) => {
  const [, code = ''] = new RegExp(`\`\`\`js ${name}\\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  expect(code).not.toBe('');
  // The firm of the tests knows other names.
  return code.replace("action: 'db.export'", "action: 'db.migrate'");
};

/** As somebody's program: the package by its name, in a process of its own. */
async function started(code: string) {
  const keyturn = await startKeyturn({ client: { actions: ['db.*', 'tool.*'] } });
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], KEYTURN_URL: keyturn.url, KEYTURN_TOKEN: tokenOf('agent') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const request = await until(async () => (await keyturn.get('bob', '/v1/requests')).body.items[0]);
  return { keyturn, request, printed: text(child.stdout) };
}

describe('the examples of connectors/client/README.md', () => {
  it('gate: runs after the approval', async () => {
    const { keyturn, request, printed } = await started(example('gate'));
    await approve(keyturn, 'bob', request);
    expect(await printed).toBe('exported 20\n');
  });

  it('gate: does not run after a reject, and says so', async () => {
    const { keyturn, request, printed } = await started(example('gate'));
    const review = { verdict: 'reject', action_digest: request.action_digest };
    await keyturn.post('bob', `/v1/requests/${request.id}/reviews`, review);
    expect(await printed).toBe('not run: REFUSED\n');
  });

  it.each([
    ['openai-agents', "await exportTable.invoke({}, JSON.stringify({ table: 'orders' }))"],
    ['ai-sdk', "await exportTable.execute({ table: 'orders' }, { toolCallId: 'c', messages: [] })"],
    ['langgraph', "await exportTable.invoke({ table: 'orders' })"],
  ])('%s: runs after the approval', async (name, call) => {
    const { keyturn, request, printed } = await started(`${example(name)}\nconsole.log(${call});`);
    expect(request).toMatchObject({ action: 'tool.export_table', state: 'pending' });
    // The default plan of the firm needs two.
    for (const who of ['bob', 'carol'] as const) await approve(keyturn, who, request);
    expect(await printed).toBe('exported orders\n');
  });
});

const USES = `import { createGate, gate, GateError } from 'keyturn/client';
import { holdTool } from 'keyturn/client/ai-sdk';
import 'keyturn/client/langgraph';
import 'keyturn/client/openai-agents';

const own = createGate({ url: 'https://keyturn.example', token: 'ktc_' });
const action = { action: 'a', target: 'a/b/c', reason: 'r', payload: { rows: 1 } };
export const rows: Promise<string> = own(action, ({ rows }) => rows.toFixed());
export const code = (error: unknown): string => (error instanceof GateError ? error.code : '');
export const execute: (input: { a: 1 }, options: { toolCallId: string }) => Promise<string> = holdTool(
  'export', (input: { a: 1 }) => String(input.a), { target: 'a/b/c', gate });
`;

it('ships types that a program outside of it compiles against, without skipLibCheck', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/keyturn'));
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
  symlinkSync(join(ROOT, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'uses.ts'), USES);
  const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const compiled = promisify(execFile)(process.execPath, [tsc, ...flags, 'uses.ts'], { cwd: folder });
  await compiled.catch((cause: { stdout: string }) => {
    throw new Error(cause.stdout);
  });
}, 60_000);

it('brings no framework along: none of its files imports a package', () => {
  const built = ['gate', 'openai-agents', 'ai-sdk', 'langgraph'].map((name) =>
    join(ROOT, `dist/connectors/client/${name}.js`),
  );
  const seen = new Set<string>();
  const look = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:from|import)\s*\(?["']([^"']+)["']/g,
    )) {
      if (from.startsWith('.')) look(join(file, '..', from));
      else expect([file, from.slice(0, 5)]).toEqual([file, 'node:']);
    }
  };
  built.forEach(look);
  expect(seen.size).toBeGreaterThan(15);
});
