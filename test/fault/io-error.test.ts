import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Folder, ROOT, type Running } from '../e2e/folder.ts';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { checkAgreement } from './agreement.ts';

const BIN = join(ROOT, 'dist/bot/cli/keyturn.js');

async function demo(running: Running) {
  const [, url, agent, bob] = await running.said(/URL=(http:\S+) AGENT=(\S+) ALICE=\S+ BOB=(\S+)\n/);
  const submit = (key: string) =>
    fetch(`${url}/v1/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent}`, 'idempotency-key': key },
      body: JSON.stringify(
        aSubmission({
          action: 'command.run',
          target: { system: 'laptop', environment: 'demo', resource: 'backup' },
          payload: { key, text: 'x'.repeat(60_000) },
        }),
      ),
    });
  const list = async () => {
    const response = await fetch(`${url}/v1/requests?limit=200`, {
      headers: { authorization: `Bearer ${bob}` },
    });
    return ((await response.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
  };
  return { submit, list };
}

it('row 24: an I/O error in the middle of a commit ends the process with 74 and no answer, and the next start is clean', {
  timeout: 60_000,
}, async () => {
  const folder = new Folder();
  // A file may not grow beyond this: a write then fails with EFBIG, and SQLite calls it an I/O error.
  const limited = `trap "" XFSZ; ulimit -f 1200; exec "${process.execPath}" "${BIN}" serve`;
  const first = folder.spawn('bash', ['-c', limited], { PORT: '0' });
  const { submit } = await demo(first);
  const answered: string[] = [];
  let lost = 0;
  for (let round = 0; lost === 0; round += 1) {
    // Three at a time: what shares the commit shares its fate.
    const answers = await Promise.allSettled(['a', 'b', 'c'].map((name) => submit(`${name}${round}`)));
    for (const answer of answers) {
      if (answer.status === 'rejected') {
        lost += 1;
        continue;
      }
      expect(answer.value.status).toBe(201);
      answered.push(((await answer.value.json()) as { id: string }).id);
    }
  }
  const { code, stderr } = await first.ended;
  expect(code).toBe(74);
  expect(stderr).toContain('disk I/O error');
  expect(answered.length).toBeGreaterThanOrEqual(3);

  const second = folder.keyturn(['serve'], { PORT: '0' });
  const { list, submit: again } = await demo(second);
  const held = await list();
  expect(held).toEqual(expect.arrayContaining(answered));
  // What was not answered may be there or not; asking again with its key settles it, once.
  expect(held.length - answered.length).toBeLessThanOrEqual(lost);
  expect((await again('once-more')).status).toBe(201);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
  const { states, typesOf } = checkAgreement(join(folder.path, '.keyturn/demo/data/keyturn.db'));
  expect(states().size).toBe(held.length + 1);
  expect(typesOf().filter((type) => type === 'request.submitted')).toHaveLength(held.length + 1);
});
