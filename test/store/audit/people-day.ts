import { payloadEraser } from '../../../bot/app/erase-payloads.ts';
import { giveLinkCode, redeemLinkCode, unlinkAccount } from '../../../bot/app/link-account.ts';
import type { Account } from '../../../bot/core/identity.ts';
import type { RequestId } from '../../../bot/core/request.ts';
import type { Day } from './day.ts';
import { openWorld } from './world.ts';

const DAY = 24 * 60 * 60_000;
const PHONE = 'slack:T01/U01' as Account;
const LAPTOP = 'slack:T01/U02' as Account;
/** Of frank, who votes on nothing, and of bob, who does. Nobody knows that yet. */
const AUTHOR = 'github:github.com/77' as Account;
const PUSHER = 'github:github.com/88' as Account;

async function must(call: Promise<{ readonly ok: boolean }>): Promise<void> {
  const result = await call;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
}

/** A day of people: accounts come and go, who wrote a change turns out to be somebody, payloads go. */
export async function liveAPeopleDay(): Promise<Day> {
  const world = await openWorld();
  const ids: Record<string, RequestId> = {};
  const link = async (key: string, account: Account) => {
    const given = await giveLinkCode(world.context(), world.personOf(key));
    if (!given.ok) throw new Error(given.code);
    await must(redeemLinkCode(world.context(), account, given.code));
    world.later(1_000);
  };
  const submit = async (name: string, accounts: readonly Account[], action = 'db.export') => {
    const identities = accounts.map((account) => ({ account, because: 'author of a commit' }));
    ids[name] = await world.submit('bot-1', action, { identities });
    world.later(1_000);
    return ids[name];
  };
  const approve = async (id: RequestId) => {
    await must(world.approve('bob', id));
    await must(world.approve('dave', id));
    world.later(1_000);
  };

  await link('alice', PHONE);
  await link('alice', LAPTOP);
  await must(unlinkAccount(world.context(), LAPTOP, 'root'));

  const ended = await submit('ended', []);
  await approve(ended);
  await must(world.consume('bot-1', ended));
  await must(world.outcome('bot-1', ended, 'succeeded'));

  const kept = await submit('kept', [AUTHOR]);
  await approve(kept);
  const lost = await submit('lost', [PUSHER]);
  await approve(lost);
  await submit('waiting', [AUTHOR, PUSHER]);
  await link('frank', AUTHOR);
  await link('bob', PUSHER);
  if (world.state(kept) !== 'approved' || world.state(lost) !== 'revoked')
    throw new Error('the wrong one was lost');
  await must(world.consume('bot-1', kept));
  await must(world.outcome('bot-1', kept, 'succeeded'));

  world.later(31 * DAY);
  await world.sweep();
  await payloadEraser(world.context())();
  await submit('open', []);
  return {
    world,
    number: Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, world.request(id).number])),
  };
}
