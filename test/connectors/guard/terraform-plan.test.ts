import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../bot/core/canonical-json.ts';
import { renderView } from '../../../bot/core/view.ts';
import { summarisePlan } from '../../../connectors/guard/terraform-plan.ts';
import { sharedDir, skipUnless } from '../../helpers/require.ts';

const bytes = (plan: unknown) => Buffer.from(JSON.stringify(plan));
const change = (address: string, actions: readonly string[], more: object = {}, inner: object = {}) => ({
  address,
  change: { actions, before: null, after: null, after_unknown: {}, ...inner },
  ...more,
});
const planOf = (...changes: readonly object[]) => ({
  format_version: '1.2',
  terraform_version: '1.15.0',
  resource_changes: changes,
});

function linesOf(plan: object): string[] {
  const payload = { kind: 'terraform_plan', plan: summarisePlan(bytes(plan)) } as unknown as JsonObject;
  return renderView(payload, []).text.split('\n');
}

describe('a Terraform plan', () => {
  // What Terraform itself says of each: "Plan: 1 to add, 0 to change, 1 to destroy."
  it.for([
    ['aws-create-before-destroy', [1, 0, 1]],
    ['aws-create5-tf1.0', [5, 0, 0]],
    ['aws-sg-update-tf1.4', [0, 2, 0]],
    ['tainted-replace-tf1.15', [1, 0, 1]],
  ] as const)('of %s is counted as Terraform counts it', ([name, expected], context) => {
    const shared = sharedDir();
    skipUnless(context, 'shared', shared !== null);
    const { counts } = summarisePlan(
      readFileSync(join(shared ?? '', `payloads/terraform.plan.${name}.json`)),
    );
    expect([counts.add, counts.change, counts.destroy]).toEqual(expected);
  });

  it('is shown by names, what cannot be taken back first', () => {
    const shown = linesOf({
      ...planOf(
        change('aws_s3_bucket.logs', ['no-op']),
        change('aws_instance.new', ['create']),
        change('data.external.script', ['read'], { action_reason: 'read_because_config_unknown' }),
        change(
          'aws_iam_role.ci',
          ['update'],
          {},
          {
            before: { name: 'ci', policy: 'secret-old', tags: { a: 1 } },
            after: { name: 'ci', policy: 'secret-new', tags: { a: 1 } },
            after_unknown: { arn: true, tags: {} },
          },
        ),
        change(
          'aws_db.main',
          ['delete', 'create'],
          { action_reason: 'replace_because_cannot_update' },
          {
            before: { zone: 'a' },
            after: { zone: 'b' },
            replace_paths: [['zone'], ['disk', 0, 'size']],
          },
        ),
        change('aws_key.old', ['forget']),
        change('aws_vpc.b', ['no-op'], { previous_address: 'aws_vpc.a' }),
        change('aws_zone.z', ['no-op'], {}, { importing: { id: 'Z1' } }),
        change('aws_disk.d', ['delete'], { deposed: 'abcd1234' }),
      ),
      output_changes: { url: { actions: ['update'] }, same: { actions: ['no-op'] } },
      resource_drift: [change('aws_sg.open', ['update'])],
      deferred_changes: [{ reason: 'provider', resource_change: { address: 'aws_late.l' } }],
      checks: [
        { address: { to_display: 'check.health' }, status: 'fail' },
        { address: { to_display: 'check.fine' }, status: 'pass' },
      ],
      action_invocations: [{ address: 'action.aws_lambda_invoke.wipe' }],
    });
    expect(shown).toEqual([
      'plan of terraform 1.15.0: 2 to add, 1 to change, 2 to destroy, 1 to import, 1 to forget, 1 action(s) to invoke',
      'CHECK FAILS check.health',
      'INVOKE action.aws_lambda_invoke.wipe',
      'DESTROY and create again aws_db.main, replace_because_cannot_update',
      '  replaced because of zone, disk.0.size',
      '  changes zone',
      'DESTROY aws_disk.d, its old copy abcd1234',
      'FORGET (it stays, and Terraform knows it no more) aws_key.old',
      'change aws_iam_role.ci',
      '  changes arn, policy',
      'create aws_instance.new',
      'read data.external.script, read_because_config_unknown',
      'keep aws_vpc.b',
      '  moved from aws_vpc.a',
      'keep aws_zone.z',
      '  imported',
      'deferred, and not in this plan: aws_late.l',
      'changed outside of terraform: aws_sg.open',
      'output url: update',
    ]);
    expect(shown.join()).not.toContain('secret');
  });

  it('that changes no resource still says what it does', () => {
    const plan = { ...planOf(), action_invocations: [{ address: 'action.reboot.all' }] };
    expect(linesOf(plan)).toEqual([
      'plan of terraform 1.15.0: 0 to add, 0 to change, 0 to destroy, 1 action(s) to invoke',
      'INVOKE action.reboot.all',
    ]);
  });

  it('is read as PowerShell writes it', () => {
    const text = `\uFEFF${JSON.stringify(planOf(change('a.b', ['create'])))}`;
    expect(summarisePlan(Buffer.from(text, 'utf16le')).counts.add).toBe(1);
    expect(summarisePlan(Buffer.from(text, 'utf8')).counts.add).toBe(1);
  });

  it.each([
    ['it failed', { ...planOf(), errored: true }, 'ended with an error'],
    ['it cannot be applied', { ...planOf(), applyable: false }, 'would change nothing'],
    ['it is not whole', { ...planOf(), complete: false }, 'is not complete'],
    ['an action is not known', planOf(change('a.b', ['explode'])), 'not known here: explode'],
    ['actions are known and not together', planOf(change('a.b', ['create', 'update'])), 'not known here'],
    ['its format is a later one', { ...planOf(), format_version: '2.0' }, 'format that is not known'],
    ['its format is not said', { resource_changes: [] }, 'format_version'],
    ['a change has no address', planOf({ change: { actions: ['create'] } }), 'address'],
    ['its changes are no list', { ...planOf(), resource_changes: {} }, 'resource_changes'],
    ['an action that is invoked has no name', { ...planOf(), action_invocations: [{}] }, 'address'],
  ])('is refused where %s', (_why, plan, problem) => {
    expect(() => summarisePlan(bytes(plan))).toThrow(problem);
  });

  it('cannot say less than it does: another count, a field more or fewer is shown as it came', () => {
    const plan = summarisePlan(bytes(planOf(change('a.b', ['delete']))));
    const shown = (changed: object) =>
      renderView({ kind: 'terraform_plan', plan: changed } as unknown as JsonObject, []).text;
    expect(shown(plan)).toMatch(/^plan of terraform/);
    const { drift, ...rest } = plan;
    for (const other of [
      { ...plan, counts: { ...plan.counts, destroy: 0 } },
      { ...plan, note: 'harmless' },
      { ...plan, changes: [{ ...plan.changes[0], note: 'harmless' }] },
      { ...rest, drifts: drift },
    ])
      expect(shown(other)).toMatch(/^\{\n/);
  });

  it('has every name on one line of its own, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const lines = linesOf(planOf(change(name, ['delete']), change('safe.one', ['create'])));
        expect(lines.filter((line) => line.startsWith('DESTROY '))).toHaveLength(1);
        expect(lines.at(-1)).toBe('create safe.one');
      }),
    );
  });
});

it('does not let SQL pass for a plan', () => {
  const statement = 'plan of terraform 1.15.0: 0 to add, 0 to change, 0 to destroy';
  expect(renderView({ kind: 'sql', statement }, []).text).toMatch(/^\{\n/);
});
