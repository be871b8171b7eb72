import { inTurns, leastOf, percentiles } from './lib/measure.mjs';
import { load } from './lib/product.mjs';
import { toRow } from './lib/rows.mjs';

const ROUNDS = 5;
const HASH = (digit) => digit.repeat(64);

/** Rules as a large firm has them: each about its own action and target, one in ten with a condition. */
function policyOf(count) {
  const rules = Array.from({ length: count }, (_, nth) => {
    const when = nth % 10 === 0 ? `, when: "payload.kind == 'sql' && payload.n > ${nth}"` : '';
    return `  - { id: rule-${nth}, match: { action: ["svc${nth % 200}.*", "db.op${nth}"], target: "postgres/*/team${nth}/**", environment: prod }, effect: require, plan: one-key${when} }`;
  });
  // And the one that every request meets, with its condition, so that CEL is in every measurement.
  rules.push(
    '  - { id: all, match: { environment: prod }, effect: require, plan: one-key, when: "payload.kind == \'sql\'" }',
  );
  return `version: 1
environments: [prod]
people:
  alice: { name: A, accounts: { api_token_sha256: ${HASH('a')} } }
  bob: { name: B, accounts: { api_token_sha256: ${HASH('b')} } }
groups: { dba: { members: [alice, bob] } }
clear_from: [dba]
clients:
  agent: { kind: agent, owner: alice, auth: { token_sha256: ${HASH('d')} }, actions: ["db.*", "svc*"], targets: ["postgres/**"] }
plans: { one-key: { seats: [{ from: [dba], count: 1 }] } }
default: { effect: require, plan: one-key }
rules:
${rules.join('\n')}
`;
}

function factsOf(nth) {
  return {
    action: nth % 3 === 0 ? `svc${nth % 200}.deploy` : `db.op${nth % 2000}`,
    target: { system: 'postgres', environment: 'prod', resource: `team${nth % 2000}/orders` },
    requester: { id: 'agent', kind: 'agent' },
    onBehalfOf: null,
    groups: ['dba'],
    payload: { kind: 'sql', n: nth, statement: 'UPDATE orders SET state = 1' },
    risk: 'medium',
    now: 0,
  };
}

/** How long it takes to hold one request against every rule, and whether that grows with the rules alone. */
export async function policy({ quick }) {
  const { readPolicyFile } = await load('bot/policy-file/read.js');
  const { compileRulebook } = await load('bot/policy-file/compile.js');
  const { evaluate } = await load('bot/core/policy.js');
  const compiled = (count) => {
    const read = readPolicyFile(policyOf(count));
    if (!read.ok) throw new Error(JSON.stringify(read.problems.slice(0, 3)));
    return compileRulebook(read.file, (key) => key, new Map()).policy;
  };
  const sizes = new Map([100, 1_000].map((count) => [count, compiled(count)]));
  const times = quick ? 400 : 4_000;
  const round = (work) => {
    const took = new Float64Array(times);
    const cpu = new Float64Array(times);
    for (let nth = 0; nth < times; nth += 1) {
      const facts = factsOf(nth);
      const before = process.cpuUsage();
      const started = performance.now();
      work(facts);
      took[nth] = performance.now() - started;
      const { user, system } = process.cpuUsage(before);
      cpu[nth] = (user + system) / 1_000;
    }
    return { ...percentiles(took), cpuP99: percentiles(cpu).p99 };
  };
  // The least that could be done: one look at each rule's words.
  const words = Array.from({ length: 1_000 }, (_, nth) => [`svc${nth % 200}.`, `db.op${nth}`]);
  let seen = 0;
  const raw = ({ action }) => {
    for (const [head, whole] of words) if (action.startsWith(head) || action === whole) seen += 1;
  };
  const works = [
    (facts) => evaluate(sizes.get(100), facts),
    (facts) => evaluate(sizes.get(1_000), facts),
    raw,
  ];
  for (const work of works) round(work);
  const rounds = await inTurns(
    ROUNDS,
    works.map((work) => async () => round(work)),
  );
  const [few, many, limit] = rounds.map((each) => ({
    p50: leastOf(each, 'p50'),
    p99: leastOf(each, 'p99'),
    cpuP99: leastOf(each, 'cpuP99'),
  }));
  if (seen === 0) throw new Error('nothing was compared');
  return [
    toRow({
      what: '1,000 rules, one request: p99',
      value: many.p99,
      unit: 'ms',
      aim: ['<=', 1],
      note: `p50 ${many.p50.toFixed(3)} ms`,
    }),
    toRow({
      what: '1,000 rules, one request: p99 of CPU time',
      value: many.cpuP99,
      unit: 'ms',
      aim: ['<=', 1],
      note: 'what other work on the machine does not change',
    }),
    toRow({
      what: '1,000 rules, one request: p50',
      value: many.p50,
      unit: 'ms',
      limit: limit.p50,
      limitName: 'two string comparisons a rule',
    }),
    toRow({
      what: '1,000 rules against 100: p50',
      value: many.p50,
      unit: 'ms',
      limit: few.p50 * 10,
      limitName: 'ten times what 100 rules take',
      aim: ['<=', 1.2],
    }),
  ];
}
