import { expect, it } from 'vitest';
import { endpointsOf } from '../../bot/teams/endpoints.ts';
import { anExecuting, MINUTE, readLog, report } from '../connectors/api/world.ts';
import { unpack, verifierKey, verifyAlone } from '../helpers/bundle.ts';
import { FILE_CONSENT, FILE_INFO } from '../helpers/fake-teams/check-activity.ts';
import { cardOf, readCard } from '../helpers/fake-teams/read-card.ts';
import type { TeamsMessage } from '../helpers/fake-teams/world.ts';
import { startWithTeams, TEAMS_PLACE, type TeamsWorkshop, teamsAccounts } from '../helpers/start-teams.ts';

async function aRecord(): Promise<TeamsWorkshop> {
  const workshop = await startWithTeams({}, { speed: 20 });
  await report(workshop.keyturn, await anExecuting(workshop.keyturn));
  return workshop;
}

const offers = ({ teams }: TeamsWorkshop) =>
  teams.world.messages.filter(({ activity }) => activity.attachments[0].contentType === FILE_CONSENT);

/** The newest offer, once there are so many of them. */
async function offered(workshop: TeamsWorkshop, many = 1): Promise<TeamsMessage> {
  return workshop.teams.until(`offer ${many}`, () => offers(workshop)[many - 1]);
}

async function askedFor(workshop: TeamsWorkshop): Promise<TeamsMessage> {
  await workshop.teams.person('carol').write('audit export');
  return offered(workshop);
}

/** What stands in the place of the offer, once it says so. */
const told = ({ teams }: TeamsWorkshop, { conversation }: TeamsMessage, what: string) =>
  teams.until(`an answer that says ${what}`, () =>
    teams.world.standing(conversation).find(({ activity }) => readCard(cardOf(activity)).text.includes(what)),
  );

it('row 26: the bundle reaches the auditor alone, after a yes, as a file that verifies itself', async () => {
  const workshop = await aRecord();
  const { teams, keyturn } = workshop;
  await teams.person('carol').mention('audit export');
  const offer = await offered(workshop);
  expect(offer.conversation).toBe(teams.person('carol').chat);
  expect(offer.activity.attachments[0].name).toMatch(/^audit-test_log-1-0-\d+\.tar\.gz$/);
  expect(teams.world.uploads.files).toEqual([]);
  const answer = await teams.deliver(teams.person('carol').consentTo(offer, 'accept'));
  expect(answer.status).toBe(200);
  await told(workshop, offer, 'was sent to your OneDrive');
  const [file, ...more] = teams.world.uploads.files;
  expect(more).toEqual([]);
  expect(file?.owner).toBe(teams.person('carol').user.oid);
  expect(file?.bytes.length).toBe(offer.past[0].attachments[0].content.sizeInBytes);
  const bundle = unpack(file?.bytes ?? Buffer.alloc(0));
  const verified = verifyAlone(bundle, '--key', verifierKey(keyturn), '--json');
  expect(JSON.parse(verified.out)).toMatchObject({ ok: true, requests: 1, problem: null });
  const info = await teams.until('the file', () =>
    teams.world.messages.find(({ activity }) => activity.attachments[0].contentType === FILE_INFO),
  );
  expect(info.conversation).toBe(offer.conversation);
  const [entry] = (await readLog(keyturn)).filter(({ type }) => type === 'audit.exported');
  expect(entry).toMatchObject({
    actor: { kind: 'person', via: 'teams', roles: expect.arrayContaining(['auditor']) },
  });
  // A second press, or the first one come again, sends nothing more.
  await teams.deliver(teams.person('carol').consentTo({ ...offer, activity: offer.past[0] }, 'accept'));
  await told(workshop, offer, 'not offered any more');
  expect(teams.world.uploads.files).toHaveLength(1);
});

it('row 26: who is no auditor is offered nothing, is told so, and stands in the log', async () => {
  const workshop = await aRecord();
  const { teams, keyturn } = workshop;
  for (const [who, call] of [
    ['bob', 'audit export'],
    ['mallory', 'command'],
  ] as const) {
    await teams.person(who).write('audit export');
    await teams.until('an answer', () => teams.world.standing(teams.person(who).chat)[0]);
    const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
    expect(refused.at(-1)?.data.call).toBe(call);
  }
  expect(offers(workshop)).toEqual([]);
  expect((await readLog(keyturn)).filter(({ type }) => type === 'audit.exported')).toEqual([]);
});

it.each(['bob', 'mallory'] as const)(
  'row 26: %s cannot take what was offered to carol, with her offer in their own chat or out of it',
  async (who) => {
    const workshop = await aRecord();
    const { teams } = workshop;
    // As it stood there before anybody answered it.
    const offer = { ...(await askedFor(workshop)) };
    const person = teams.person(who);
    for (const conversation of [person.chat, offer.conversation])
      await teams.deliver(person.consentTo({ ...offer, conversation }, 'accept'));
    expect(teams.world.uploads.files).toEqual([]);
    // It is still there for whom it is for.
    await teams.deliver(teams.person('carol').consentTo(offer, 'accept'));
    await teams.until('the file', () => teams.world.uploads.files[0]);
  },
);

it.each<readonly [string, Record<string, unknown>]>([
  ['names no offer', { context: {} }],
  ['names another offer', { context: { offer: '0'.repeat(32) } }],
  ['is neither a yes nor a no, as far as we know', { type: 'fileDownload' }],
])('row 26: a button that %s sends nothing, and is answered', async (_what, changes) => {
  const workshop = await aRecord();
  const { teams } = workshop;
  const offer = await askedFor(workshop);
  await teams.deliver(teams.person('carol').consentTo(offer, 'accept', changes));
  await told(workshop, offer, 'not offered any more');
  expect(teams.world.uploads.files).toEqual([]);
});

it('row 26: a yes without an address sends nothing, and is answered', async () => {
  const workshop = await aRecord();
  const { teams } = workshop;
  const offer = await askedFor(workshop);
  await teams.deliver(teams.person('carol').consentTo(offer, 'accept', { uploadInfo: null }));
  await told(workshop, offer, 'could not be sent');
  expect(teams.world.uploads.files).toEqual([]);
});

it('row 26: a no, a late yes, and a yes of who is no auditor any more send nothing', async () => {
  const workshop = await aRecord();
  const { teams, keyturn } = workshop;
  const carol = teams.person('carol');
  const offer = await askedFor(workshop);
  await teams.deliver(carol.consentTo(offer, 'decline'));
  await told(workshop, offer, 'Nothing was sent');
  await teams.deliver(carol.consentTo({ ...offer, activity: offer.past[0] }, 'accept'));
  await told(workshop, offer, 'not offered any more');

  await carol.write('audit export');
  const late = await offered(workshop);
  keyturn.clock.advance(5 * MINUTE);
  await teams.deliver(carol.consentTo(late, 'accept'));
  await told(workshop, late, 'not offered any more');

  await carol.write('audit export');
  const dismissed = await offered(workshop);
  const firm = { notify: [TEAMS_PLACE], accounts: teamsAccounts() };
  await keyturn.reload({ ...firm, auditors: ['dora'] });
  await teams.deliver(carol.consentTo(dismissed, 'accept'));
  await told(workshop, dismissed, 'is for auditors');
  expect(teams.world.uploads.files).toEqual([]);
  await keyturn.reload(firm);
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused.map(({ data }) => [data.call, data.code])).toEqual([['audit export', 'FORBIDDEN']]);
});

it.each([
  'https://evil.example/drive/1',
  'https://firm-my.sharepoint.com.evil.example/drive/1',
  'https://firm-my.sharepoint.com@evil.example/drive/1',
  'file:///etc/passwd',
  'not an address',
])('row 26: the bundle does not go to %s', async (uploadUrl) => {
  const workshop = await aRecord();
  const { teams } = workshop;
  const offer = await askedFor(workshop);
  const uploadInfo = { uploadUrl, contentUrl: uploadUrl, uniqueId: 'x', fileType: 'gz' };
  const { status } = await teams.deliver(teams.person('carol').consentTo(offer, 'accept', { uploadInfo }));
  expect(status).toBe(200);
  await told(workshop, offer, 'could not be sent');
  expect(teams.world.uploads.files).toEqual([]);
});

it.each(['error-500', 'refused', 'html'] as const)(
  'row 26: an upload that ends in %s is said, and leaves nothing behind',
  async (fault) => {
    const workshop = await aRecord();
    const { teams } = workshop;
    const offer = await askedFor(workshop);
    teams.faults.plan(fault, /drive/, 1);
    await teams.deliver(teams.person('carol').consentTo(offer, 'accept'));
    await told(workshop, offer, 'could not be sent');
    expect(teams.world.uploads.files).toEqual([]);
  },
);

it('row 26: the bundle goes to nobody but OneDrive', () => {
  const { isUpload } = endpointsOf({
    apiUrl: null,
    appId: '',
    tenantId: '',
    credentials: null,
    playground: false,
  });
  const takes = (address: string) => isUpload(new URL(address));
  expect(takes('https://firm-my.sharepoint.com/personal/carol/_api/v2.0/drive/items/1/uploadSession')).toBe(
    true,
  );
  for (const address of [
    'http://firm-my.sharepoint.com/x',
    'https://firm-my.sharepoint.com:8443/x',
    'https://carol@firm-my.sharepoint.com/x',
    'https://firm-my.sharepoint.com@evil.example/x',
    'https://firm-my.sharepoint.com.evil.example/x',
    'https://a.b.sharepoint.com/x',
    'https://sharepoint.com/x',
    'https://evilsharepoint.com/x',
    'https://127.0.0.1/x',
  ])
    expect(takes(address), address).toBe(false);
});
