import { expect, it } from 'vitest';
import { SOURCES, sourceWorld } from './source-worlds.ts';

const SPEAKING = /alice|bob|carol|dora|psn_|one-key|dba|security|sqlite|\/tmp|node:|\.ts|at \w+ \(/i;

it.each(SOURCES)('row 27: whoever posts in the place of %s learns nothing from the answer', async (name) => {
  const { driver, post } = await sourceWorld(name);
  const { body, headers } = await driver.waits('one');
  const answers = await Promise.all([
    post({ body, headers: {} }),
    post({ body: Buffer.from('{}'), headers }),
    post({ body: Buffer.from(''), headers: {} }),
  ]);
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).not.toMatch(SPEAKING);
});

it.each(SOURCES)('row 27: what %s is told of a refusal names no list, rule or person', async (name) => {
  const { driver, post } = await sourceWorld(name, { groups: { dba: [], security: [] } });
  const answer = await post(await driver.waits('one'));
  expect(answer.status).toBe(422);
  expect(await answer.text()).not.toMatch(SPEAKING);
});
