import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../bot/core/policy.ts';
import type { PersonId } from '../../../bot/core/request.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { starterFile } from '../../../bot/policy-file/starter.ts';
import { hash, problemsOf, soundFile } from './sound-policy.ts';

const TEXT = starterFile({ alex: hash('a'), robin: hash('b'), agent: hash('c') });

describe('the first keyturn.yaml', () => {
  it('is sound', () => {
    expect(problemsOf(TEXT)).toEqual([]);
  });

  it('is sound as well with its examples written out', () => {
    const written = TEXT.replace(/^# (freezes|break_glass):$/gm, '$1:')
      .replace(/^# {3}(- | {2})/gm, '  $1')
      .replace(/^ {4}# (remind|escalate|review_via)/gm, '    $1');
    const { policy } = compileRulebook(soundFile(written), (key) => key as PersonId, new Map());
    expect([policy.freezes.length, policy.breakGlass.length]).toEqual([1, 1]);
    expect(policy.default).toMatchObject({ plan: { reviewVia: ['slack', 'teams', 'room'] } });
  });

  it('explains every section', () => {
    const sections = TEXT.split('\n').flatMap((line, index, lines) =>
      /^[a-z_]+:/.test(line) ? [[line, lines[index - 1]]] : [],
    );
    const second = new Set(['key_dir']);
    for (const [line = '', above = ''] of sections) {
      if (!second.has(line.split(':')[0] ?? '')) expect(above, line).toMatch(/^# /);
    }
  });

  it('decides what it says it decides', () => {
    const { policy } = compileRulebook(soundFile(TEXT), (key) => key as PersonId, new Map());
    const ask = (action: string, environment: string, statement: string) =>
      evaluate(policy, {
        action,
        target: { system: 'postgres', environment, resource: 'orders' },
        requester: { id: 'my-agent', kind: 'agent' },
        onBehalfOf: null,
        groups: [],
        payload: { kind: 'sql', statement },
        risk: 'medium',
        now: 0,
      });
    expect(ask('db.read', 'dev', 'select 1').effect).toBe('allow');
    expect(ask('db.read', 'dev', 'select 1; delete from orders').effect).toBe('require');
    expect(ask('db.read', 'prod', 'select 1')).toMatchObject({ effect: 'require', risk: 'critical' });
    expect(ask('db.run', 'dev', 'Drop table orders').effect).toBe('deny');
    expect(ask('db.run', 'dev', 'select dropped from orders').effect).toBe('require');
  });
});
