import { expect, it } from 'vitest';
import { until } from '../helpers/until.ts';
import { actionsWith, DONE, FakeExecutor } from '../queue/runs/world.ts';
import { type FaceWorld, type StartWorld, submit } from './face-world.ts';

const SECRET = 'sesame-open-door';

/** What Keyturn runs, as long as it runs: one line under the card. */
export function progressing(start: StartWorld): void {
  it('keeps one line under the card true while Keyturn runs it, and hides secrets in it', async () => {
    const executor = new FakeExecutor();
    let end = () => {};
    executor.onRun = () =>
      new Promise((resolve) => {
        end = () => resolve(DONE);
      });
    const world = await start({ actions: actionsWith(executor) });
    const request = await submit(world, { payload: { version: '42', secret: SECRET } });
    // A value is hidden on the card, so whoever approves has to have seen all of it.
    await world.face.click('bob', request.number, 'View full payload');
    await world.face.click('bob', request.number, 'Approve');
    const job = await until(() => executor.jobs[0]);
    const print = (text: string) => job.onOutput(Buffer.from(text));
    const { number } = request;
    await startsIn(world, number, /Started by Keyturn at/);

    print('connecting\nconnected with sesame-');
    world.keyturn().clock.advance(10_000);
    expect(await startsIn(world, number, /Running for .*connected with/s)).not.toContain('sesame');
    print('open-door\n<b>@everyone</b> *12* of 40 tables\n\n');
    world.keyturn().clock.advance(15_000);
    // Whatever it printed is literal text, as everything that comes from outside.
    await startsIn(world, number, /Running for .*<b>@everyone<\/b> \*12\* of 40 tables/s);
    end();
    const thread = await world.face.thread('bob', number, 'It succeeded');
    expect(thread.join('\n')).not.toContain('sesame');
    expect(await startsIn(world, number, /It ran for/)).not.toMatch(/Running|tables/);
  });
}

/** The one line that told of the start, once it says so. */
async function startsIn(world: FaceWorld, number: number, says: RegExp): Promise<string> {
  const thread = await world.face.thread('bob', number, says);
  const starts = thread.filter((line) => line.includes('Started by Keyturn'));
  expect(starts).toHaveLength(1);
  return starts.join();
}
