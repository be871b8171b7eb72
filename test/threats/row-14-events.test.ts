import { expect, it } from 'vitest';
import { toConfiguration } from '../../bot/cli/configuration.ts';
import { httpEndpoint } from '../../queue/events/endpoint.ts';
import { SOUND } from '../bot/policy-file/sound-policy.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';
import { status, webhookTarget } from '../helpers/webhook-target.ts';
import { submit } from '../queue/events/world.ts';

const SECRET = `whsec_${Buffer.from('canary-of-the-secret-0123456789').toString('base64')}`;
const CANARIES = /canary|Y2FuYXJ5/;

it.each([
  ['fails', status(500)],
  ['redirects', status(302, { location: '/canary-elsewhere' })],
  ['breaks off', (response: { destroy(): unknown }) => void response.destroy()],
  ['wants nothing more', status(410)],
])(
  'row 14: address and secret of an endpoint that %s are in no log, no entry and no answer',
  async (_how, answer) => {
    const target = await webhookTarget(answer);
    const text = `${SOUND}events: { hook: { url_env: HOOK, sign_secret_env: S, allow_cidrs: [127.0.0.0/8] } }\n`;
    const env = { HOOK: `${target.url}/canary-of-the-address?key=canary`, S: SECRET };
    const [settings] = toConfiguration(text, '/etc/keyturn/keyturn.yaml', env).events;
    if (settings === undefined) throw new Error('no endpoint');
    const lines: string[] = [];
    const log = (...said: unknown[]) => void lines.push(JSON.stringify(said));
    const keyturn = await startKeyturn(
      {},
      {
        ports: {
          endpoints: [httpEndpoint(settings, { wall: Date.now, addressRule: settings.addressRule })],
          logger: { info: log, warn: log, error: log },
        },
      },
    );
    for (const name of ['a', 'b', 'c']) await submit(keyturn, `SELECT ${name}`);
    const { committed } = keyturn.keyturn.context.store;
    const isOver = () =>
      lines.length > 0 || committed.entries(0, 99).some(({ type }) => type === 'notification.failed');
    await until(() => (isOver() ? true : null));
    expect(target.posts[0]?.path).toContain('canary-of-the-address');
    const entries = committed
      .entries(0, 99)
      .map(({ seq, bytes }) => [Buffer.from(bytes).toString(), committed.textsOf(seq)]);
    expect(JSON.stringify(entries)).not.toMatch(CANARIES);
    expect(lines.join('\n')).not.toMatch(CANARIES);
    expect((await keyturn.get('agent', '/readyz')).text).not.toMatch(CANARIES);
    expect(target.posts[0]?.body).not.toMatch(CANARIES);
  },
);
