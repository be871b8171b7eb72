import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const PLAN = JSON.stringify({
  format_version: '1.2',
  terraform_version: '1.15.0',
  resource_changes: [
    { address: 'aws_db.main', change: { actions: ['delete'], before: { password: 'hunter2' }, after: null } },
  ],
});

/** As Terraform does: `show -json` prints what the saved plan says, `apply` does it. */
const TERRAFORM = `#!/bin/sh
if [ "$1 $2" = "show -json" ]; then exec cat "$3.json"; fi
if [ "$1" = apply ]; then echo applied >> applied; exit 0; fi
exit 64
`;

async function open(onTestFinished: (cleanUp: () => Promise<void>) => void) {
  const world = await World.open(onTestFinished);
  world.write('terraform', TERRAFORM, 0o755);
  world.write('tf.plan', 'binary');
  world.write('tf.plan.json', PLAN);
  const apply = (flags: readonly string[], argv: readonly string[]) => world.guard(argv, { flags });
  return { world, apply };
}

describe.concurrent('keyturn guard --plan', { timeout: 60_000 }, () => {
  it('submits what the saved plan would do, by names, beside the hash of the plan', async ({
    onTestFinished,
  }) => {
    const { world, apply } = await open(onTestFinished);
    const cli = apply(['--plan', 'tf.plan'], ['./terraform', 'apply', 'tf.plan']);
    await world.fake.arrived('read');
    const { payload } = world;
    expect(payload).toMatchObject({
      files: [{ path: 'tf.plan' }],
      plan: { counts: { destroy: 1 }, changes: [{ address: 'aws_db.main', actions: ['delete'] }] },
    });
    expect(JSON.stringify(payload)).not.toContain('hunter2');
    world.fake.approve();
    expect((await cli.ended).code).toBe(0);
    expect(readFileSync(join(world.folder, 'applied'), 'utf8')).toBe('applied\n');
  });

  it('applies nothing when the plan was replaced while people looked', async ({ onTestFinished }) => {
    const { world, apply } = await open(onTestFinished);
    const cli = apply(['--plan', 'tf.plan'], ['./terraform', 'apply', 'tf.plan']);
    await world.fake.arrived('read');
    writeFileSync(join(world.folder, 'tf.plan'), 'another');
    world.fake.approve();
    const { code, stderr } = await cli.ended;
    expect({ code, stderr }).toMatchObject({ code: 77, stderr: expect.stringContaining('tf.plan') });
    expect(() => readFileSync(join(world.folder, 'applied'))).toThrow('ENOENT');
  });

  it.for([
    ['the command applies another plan', ['apply', 'other.plan'], 78, 'goes with a command that applies it'],
    ['the command plans anew', ['apply', '-auto-approve'], 78, 'goes with a command that applies it'],
    ['the command does something else', ['destroy', 'tf.plan'], 78, 'goes with a command that applies it'],
  ] as const)('sends nothing when %s', async ([_why, rest, code, said], { onTestFinished }) => {
    const { world, apply } = await open(onTestFinished);
    const ended = await apply(['--plan', 'tf.plan'], ['./terraform', ...rest]).ended;
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(said) });
    expect(world.fake.named('submit')).toEqual([]);
  });

  it('sends nothing when the plan cannot be shown, or not be applied', async ({ onTestFinished }) => {
    const { world, apply } = await open(onTestFinished);
    world.write('tf.plan.json', JSON.stringify({ ...JSON.parse(PLAN), errored: true }));
    const errored = await apply(['--plan', 'tf.plan'], ['./terraform', 'apply', 'tf.plan']).ended;
    expect(errored).toMatchObject({ code: 77, stderr: expect.stringContaining('ended with an error') });
    world.write('no.plan', 'binary');
    const unshown = await apply(['--plan', 'no.plan'], ['./terraform', 'apply', 'no.plan']).ended;
    expect(unshown).toMatchObject({ code: 77, stderr: expect.stringContaining('cannot be shown') });
    expect(world.fake.named('submit')).toEqual([]);
  });
});
