import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readPolicyFile } from '../../bot/policy-file/read.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const fence = (page: string, name: string) =>
  new RegExp(`\`\`\`yaml ${name}\n([\\s\\S]*?)\`\`\``).exec(read(page))?.[1] ?? '';

it.each([
  ['github', 'connectors/github/README.md'],
  ['gitlab', 'connectors/gitlab/README.md'],
  ['terraform', 'connectors/terraform/README.md'],
])('the settings of the page of %s load, beside those of the policy page', (name, page) => {
  const base = parse(fence('.github/docs/policy.md', 'base'));
  const { connectors, people, clients } = parse(fence(page, name));
  const rest = {
    plans: { one: { seats: [{ from: ['dba'], count: 1 }] } },
    default: { effect: 'require', plan: 'one' },
    rules: [],
  };
  const whole = { ...base, ...rest, connectors, people: { ...base.people, ...people }, clients };
  const policy = readPolicyFile(stringify(whole));
  expect(policy.ok ? [] : policy.problems).toEqual([]);
});

it('the workflow that Keyturn starts, as the page of GitHub has it, loads beside the policy page', () => {
  const base = parse(fence('.github/docs/policy.md', 'base'));
  const { actions } = parse(fence('connectors/github/README.md', 'workflow'));
  const plans = { one: { seats: [{ from: ['dba'], count: 1 }] } };
  const whole = { ...base, plans, default: { effect: 'require', plan: 'one' }, rules: [], actions };
  const policy = readPolicyFile(stringify(whole));
  expect(policy.ok ? Object.keys(policy.file.actions) : policy.problems).toEqual(['api.deploy']);
});
