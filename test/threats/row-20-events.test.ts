import { expect, it } from 'vitest';
import { toConfiguration } from '../../bot/cli/configuration.ts';
import { httpEndpoint } from '../../queue/events/endpoint.ts';
import { SOUND } from '../bot/policy-file/sound-policy.ts';
import { type WebhookTarget, webhookTarget } from '../helpers/webhook-target.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NEVER = new AbortController().signal;

/** From the words of the policy file to the post. */
async function tell(
  endpoint: string,
  lookup?: (host: string) => Promise<readonly { address: string; family: number }[]>,
) {
  const text = `${SOUND}events: { billing: { sign_secret_env: S, ${endpoint} } }\n`;
  const [settings] = toConfiguration(text, '/etc/keyturn/keyturn.yaml', { S: SECRET }).events;
  if (settings === undefined) throw new Error('no endpoint');
  const { addressRule } = settings;
  return httpEndpoint(settings, { wall: Date.now, addressRule, lookup }).send(
    { id: 'msg_1', body: '{}' },
    NEVER,
  );
}

const refused = { kind: 'failed', why: expect.stringContaining('must not be reached from here'), quietMs: 0 };
const at = ({ port }: WebhookTarget, host: string) => `url: "http://${host}:${port}/hook"`;

it.each(['127.0.0.1', 'localhost'])(
  'row 20: an endpoint without ranges does not reach %s, though it stands in the file',
  async (host) => {
    const inside = await webhookTarget();
    expect(await tell(at(inside, host))).toEqual(refused);
    expect(inside.posts).toEqual([]);
  },
);

it.each(['169.254.169.254', '[::ffff:a9fe:a9fe]', '100.100.100.200', '[fd00:ec2::254]'])(
  'row 20: no range lets an endpoint reach %s, where clouds keep credentials',
  async (host) => {
    const ranges = 'allow_cidrs: ["0.0.0.0/0", "::/0"]';
    expect(await tell(`url: "https://${host}/latest", ${ranges}`)).toEqual(refused);
  },
);

it('row 20: a name of which one address is inside is not reached at all, and not asked a second time', async () => {
  const inside = await webhookTarget();
  const asked: string[] = [];
  const lookup = async (host: string) => {
    asked.push(host);
    return [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
  };
  expect(await tell(`url: "https://hooks.example:${inside.port}/"`, lookup)).toEqual(refused);
  expect([asked, inside.posts]).toEqual([['hooks.example'], []]);
});

it('row 20: where the operator says so, an endpoint inside is reached', async () => {
  const inside = await webhookTarget();
  expect(await tell(`${at(inside, '127.0.0.1')}, allow_cidrs: [127.0.0.0/8]`)).toEqual({ kind: 'taken' });
  expect(inside.posts).toHaveLength(1);
});
