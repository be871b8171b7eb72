import { expect, it } from 'vitest';
import { readActions } from '../../../bot/policy-file/actions.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import { changed, hash, SOUND } from './sound-policy.ts';

const QUEUE = 'queue: { driver: bullmq, concurrency: 0 }';
const worker = (more = '') => `workers: { eu: { auth: { token_sha256: ${hash('e')} }${more} } }`;
const ROTATE = 'key.rotate: { risk: high, redact: [/secret] }';
const RUNS_ON = `key.rotate: { execute: { http: { url: "https://vault.example/", sign_secret_env: S }, kind: once, runs_on: [prod-eu] } }`;

/** The sound policy, with these lines at its end. */
const and = (...lines: readonly string[]) => `${SOUND}\n${lines.join('\n')}\n`;

it('is taken with its labels, and the secret of what runs elsewhere need not be here', () => {
  const text = `${changed([ROTATE, RUNS_ON])}\n${worker(', labels: [prod-eu, blue]')}\n${QUEUE}\n`;
  const read = readPolicyFile(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const actions = readActions(read.file, '/etc/keyturn/keyturn.yaml', {}, Date.now);
  expect(actions.get('key.rotate')?.execute?.executor.describe({})).toBe(
    'posts it to https://vault.example/',
  );
  const rulebook = compileRulebook(read.file, (key) => `per_${key}` as never, actions);
  expect([...rulebook.workers.values()]).toEqual([
    { name: 'eu', labels: ['blue', 'prod-eu'], tokenSha256: [hash('e')] },
  ]);
  // What is kept beside the log says which token it was, and not its hash.
  expect(rulebook.text).not.toContain(hash('e'));
});

it.each([
  ['woken by nobody', and(worker()), 'workers', 'set queue.driver to bullmq'],
  ['that nobody has', and(QUEUE), 'queue.concurrency', 'must not be 0 while there are no workers'],
  [
    'without a label that an action asks for',
    `${changed([ROTATE, RUNS_ON])}\n${worker(', labels: [blue]')}\n${QUEUE}\n`,
    'actions["key.rotate"].execute.runs_on',
    'no worker has prod-eu',
  ],
  [
    'called as the bot is',
    and(worker().replace('eu:', 'embedded:'), QUEUE),
    'workers.embedded',
    'is what the bot itself is called',
  ],
  [
    'called as a client is',
    and(worker().replace('eu:', 'deploy-agent:'), QUEUE),
    'workers.deploy-agent',
    'is a person or a client too',
  ],
  [
    'with the token of a client',
    and(worker().replace(hash('e'), hash('d')), QUEUE),
    'workers.eu.auth.token_sha256',
    'it can belong to one only',
  ],
  ['without a token', and('workers: { eu: { auth: {} } }', QUEUE), 'workers.eu.auth.token_sha256', ''],
])('refuses a worker %s', (_what, text, path, message) => {
  const read = readPolicyFile(text);
  expect(read.ok).toBe(false);
  if (!read.ok)
    expect(read.problems).toContainEqual(
      expect.objectContaining({ path, message: expect.stringContaining(message) }),
    );
});
