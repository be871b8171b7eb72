import { expect } from 'vitest';
import type { FaceDriver } from '../helpers/face-driver.ts';
import { plan, RULES, type RulebookChanges, rule } from '../helpers/rulebook.ts';
import { aSubmission, type TestKeyturn } from '../helpers/start-keyturn.ts';

/** A bot with one face, and the people in front of it. */
export interface FaceWorld {
  readonly face: FaceDriver;
  /** The bot as it runs now. */
  readonly keyturn: () => TestKeyturn;
  /** Stops the bot and starts it again over the same files; what the vendor holds stays. */
  restart(changes?: RulebookChanges): Promise<void>;
}

export type StartWorld = (changes?: RulebookChanges) => Promise<FaceWorld>;

/** What the scenarios ask of the policy beside the small firm's own rules. */
export const SCENARIO_RULES = [
  ...RULES,
  rule('talkative', {
    match: { action: ['db.talk'] },
    plan: plan('talkative', [['dba', 1]], { comment: { approve: true, reject: true, flag: true } }),
    replacesDefault: true,
  }),
];

export async function submit(world: FaceWorld, changes: Record<string, unknown> = {}) {
  const answer = await world.keyturn().post('agent', '/v1/requests', aSubmission(changes));
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

export async function stateOf(world: FaceWorld, { id }: { readonly id: string }): Promise<string> {
  return (await world.keyturn().get('alice', `/v1/requests/${id}`)).body.state;
}

/** Released to the agent, and the nonce it reports with. */
export async function run(world: FaceWorld, { id, action_digest }: { id: string; action_digest: string }) {
  const answer = await world.keyturn().post('agent', `/v1/requests/${id}/consume`, { action_digest });
  expect(answer.status, answer.text).toBe(200);
  const { nonce } = answer.body;
  return (outcome: Record<string, unknown>) =>
    world.keyturn().post('agent', `/v1/requests/${id}/outcome`, { nonce, ...outcome });
}
