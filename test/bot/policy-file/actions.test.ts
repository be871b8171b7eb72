import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readActions } from '../../../bot/policy-file/actions.ts';
import { type Change, changed, lineOf, problemsOf, soundFile } from './sound-policy.ts';

const ROTATE = 'key.rotate: { risk: high, redact: [/secret] }';
const withExecute = (execute: string, ...more: readonly Change[]) =>
  changed([ROTATE, `key.rotate: { risk: high, redact: [/secret], execute: ${execute} } # HERE`], ...more);
const HTTP =
  'http: { url: "https://vault.internal/rotate", allow_cidrs: [10.0.0.0/8], sign_secret_env: ROTATE }';
const WORKFLOW =
  'github_workflow: { app_id: "1", private_key_env: K, installation_id: "7", repository_id: "7300", repository: acme/api, workflow: deploy.yml, ref: main, inputs: { version: "{/version}" } }';
const COMMAND = 'command: { argv: [./migrate.sh, "--", "{/version}"], cwd: app, timeout: 10m }';
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

describe('actions that Keyturn runs', () => {
  it('are read with their defaults, and their paths start where the file is', () => {
    const text = withExecute(`{ ${COMMAND}, kind: once }`);
    const actions = readActions(soundFile(text), '/etc/keyturn/keyturn.yaml', {}, Date.now);
    expect(actions.get('key.rotate')?.execute).toMatchObject({
      settings: {
        command: {
          argv: ['./migrate.sh', '--', '{/version}'],
          cwd: '/etc/keyturn/app',
          env: [],
          timeout_ms: 600_000,
        },
        kind: 'once',
      },
      runsOn: [],
      concurrency: 1,
      perMinute: null,
    });
  });

  it.each([
    ['{ kind: once }', 'execute', 'needs one of http, command and github_workflow'],
    [`{ ${HTTP}, ${COMMAND}, kind: once }`, 'execute', 'needs one of http, command and github_workflow'],
    [`{ ${HTTP}, kind: checkable }`, 'execute.kind', 'checkable needs an http.check_url'],
    [`{ ${COMMAND}, kind: checkable }`, 'execute.kind', 'checkable needs an http.check_url'],
    [
      '{ http: { url: "http://vault.internal/", sign_secret_env: X }, kind: once }',
      'execute.http.url',
      'must be https',
    ],
    [
      '{ http: { url: "https://u:p@vault/", sign_secret_env: X }, kind: once }',
      'execute.http.url',
      'without user',
    ],
    [
      '{ http: { url: "https://vault/", sign_secret_env: X, allow_cidrs: [10.0.0.0/99] }, kind: once }',
      'execute.http.allow_cidrs[0]',
      'must be an address range',
    ],
    [`{ ${WORKFLOW}, ${COMMAND}, kind: once }`, 'execute', 'needs one of'],
    [`{ ${WORKFLOW}, kind: idempotent }`, 'execute.kind', 'must be once'],
    [
      `{ ${WORKFLOW.replace('"{/version}"', '"v{/version}"')}, kind: once }`,
      'execute.github_workflow.inputs.version',
      'takes a whole input',
    ],
    [
      `{ ${WORKFLOW.replace('acme/api', 'acme/..')}, kind: once }`,
      'execute.github_workflow.repository',
      'OWNER/NAME',
    ],
    [
      `{ ${WORKFLOW.replace('deploy.yml', '../x.yml')}, kind: once }`,
      'execute.github_workflow.workflow',
      'name of its file',
    ],
    [
      `{ ${WORKFLOW.replace('ref:', 'api_url: "http://github.internal", ref:')}, kind: once }`,
      'execute.github_workflow.api_url',
      'must be https',
    ],
    [
      '{ command: { argv: ["{/program}"], cwd: / }, kind: once }',
      'execute.command.argv[0]',
      'the program must stand here',
    ],
    [
      '{ command: { argv: [./run, "v{/version}"], cwd: / }, kind: once }',
      'execute.command.argv[1]',
      'a whole argument',
    ],
    ['{ command: { argv: [], cwd: / }, kind: once }', 'execute.command.argv', 'must name a program'],
    [`{ ${COMMAND}, kind: twice }`, 'execute.kind', ''],
  ])('are refused with their line: %s', (execute, path, message) => {
    const text = withExecute(execute);
    expect(problemsOf(text)).toContainEqual({
      line: lineOf(text),
      path: `actions["key.rotate"].${path}`,
      message: expect.stringContaining(message),
    });
  });

  it('do not start without the secret they sign with, nor with one that is none', () => {
    const file = soundFile(withExecute(`{ ${HTTP}, kind: idempotent }`));
    const read = (env: Record<string, string>) => readActions(file, 'keyturn.yaml', env, Date.now);
    expect(() => read({})).toThrow('actions.key.rotate.execute: ROTATE is not set');
    expect(() => read({ ROTATE: 'hunter2' })).toThrow('ROTATE must be whsec_');
    expect(read({ ROTATE: SECRET }).get('key.rotate')?.execute?.executor.kind).toBe('idempotent');
    expect(JSON.stringify([...read({ ROTATE: SECRET })])).not.toContain(SECRET);
  });
});

describe('an action with a payload schema', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-schema-'));
  const file = (schema: string) =>
    soundFile(changed([ROTATE, `key.rotate: { risk: high, payload_schema: ${schema} }`]));

  it('checks its payloads', () => {
    writeFileSync(join(folder, 'rotate.json'), '{"type":"object","required":["key"]}');
    const actions = readActions(file('rotate.json'), join(folder, 'keyturn.yaml'), {}, Date.now);
    expect(actions.get('key.rotate')?.payloadProblems({})).toHaveLength(1);
    expect(actions.get('key.rotate')?.payloadProblems({ key: 'a' })).toEqual([]);
  });

  it('does not start without its file, nor with one that is no schema', () => {
    writeFileSync(join(folder, 'bad.json'), '{"type":"objekt"}');
    const read = (name: string) => () => readActions(file(name), join(folder, 'keyturn.yaml'), {}, Date.now);
    expect(read('absent.json')).toThrow('actions.key.rotate.payload_schema: ENOENT');
    expect(read('bad.json')).toThrow('actions.key.rotate.payload_schema: is no JSON Schema');
  });

  it('may be allowed by a rule that looks at nothing else', () => {
    const rule = ['    when: "payload.kind == \'sql\'"\n', ''] as const;
    const named = ['match: { action: db.read, environment: dev }', 'match: { action: key.rotate }'] as const;
    const schema = [ROTATE, 'key.rotate: { payload_schema: rotate.json }'] as const;
    expect(problemsOf(changed(rule, named, schema))).toEqual([]);
    expect(problemsOf(changed(rule, named))).toHaveLength(1);
    const glob = ['match: { action: db.read, environment: dev }', 'match: { action: "key.*" }'] as const;
    expect(problemsOf(changed(rule, glob, schema))).toHaveLength(1);
  });
});
