import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { ACTION_PREFIX, actions } from '../../bot/slack/buttons.ts';
import { PAGE_ACTION } from '../../bot/slack/page-modal.ts';
import { ButtonValue } from '../../bot/slack/schema.ts';
import { EVENTS, SCOPES } from '../../bot/slack/scopes.ts';
import { SLASH_COMMANDS } from '../../bot/slack/typed.ts';
import { VERBS } from '../../bot/views/button.ts';
import { button } from '../../bot/views/buttons.ts';
import { SCOPES as FAKE_SCOPES } from '../helpers/fake-slack/fake-slack.ts';
import { SCOPE_OF } from '../helpers/fake-slack/limits.ts';
import { sharedDir, skipUnless } from '../helpers/require.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAMES = ['slack.json', 'slack-http.json'] as const;
// biome-ignore lint/suspicious/noExplicitAny: a manifest is whatever the file says, and is asserted on
const read = (name: string): any => JSON.parse(readFileSync(join(ROOT, 'manifest', name), 'utf8'));

/** Every method of the Web API that the sources call by name. */
function methodsInCode(): ReadonlySet<string> {
  const folder = join(ROOT, 'bot/slack');
  const sources = [
    ...readdirSync(folder).map((name) => join(folder, name)),
    join(ROOT, 'bot/cli/doctor-slack.ts'),
  ];
  const text = sources
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  return new Set(
    [...text.matchAll(/'((?:chat|views|users|usergroups|conversations|files|auth)\.[A-Za-z.]+)'/g)].map(
      ([, name = '']) => name,
    ),
  );
}

describe.each(NAMES)('manifest/%s', (name) => {
  it.for([1, 2])("fits Slack's own schema %i", (version, context) => {
    const file = join(sharedDir() ?? '', `schemas/slack-manifest.${version}.schema.json`);
    skipUnless(context, 'shared', existsSync(file));
    const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(schema as object);
    validate(read(name));
    expect(validate.errors).toBeNull();
    // The schema can say no.
    expect(validate({ ...read(name), display_information: {} })).toBe(false);
  });

  it('asks for the scopes that the code knows a reason for, and for no other', () => {
    expect([...read(name).oauth_config.scopes.bot].sort()).toEqual(Object.keys(SCOPES).sort());
    expect(read(name).oauth_config.scopes.user).toBeUndefined();
    expect([...FAKE_SCOPES].sort()).toEqual(Object.keys(SCOPES).sort());
  });

  it('has every slash command that the code answers, and no other', () => {
    const commands = read(name).features.slash_commands.map(({ command }: { command: string }) => command);
    expect([...commands].sort()).toEqual(Object.keys(SLASH_COMMANDS).sort());
  });

  it('subscribes to the events that the code listens to, and to no message of anybody', () => {
    expect(read(name).settings.event_subscriptions.bot_events).toEqual([...EVENTS]);
    const app = readFileSync(join(ROOT, 'bot/slack/app.ts'), 'utf8');
    expect([...app.matchAll(/app\.event\('([a-z_]+)'/g)].map(([, event]) => event).sort()).toEqual(
      [...EVENTS].sort(),
    );
  });

  it('needs each of its scopes for a method that is called, and calls none that it may not', () => {
    const called = methodsInCode();
    expect(called.size).toBeGreaterThan(8);
    const needed = new Set(
      [...called]
        .map((method) => SCOPE_OF[method] ?? `unknown method ${method}`)
        .filter((scope) => scope !== ''),
    );
    const given = new Set(Object.keys(SCOPES));
    expect([...needed].filter((scope) => !given.has(scope))).toEqual([]);
    // These two are for what comes in, not for a call.
    expect([...given].filter((scope) => !needed.has(scope)).sort()).toEqual([
      'app_mentions:read',
      'commands',
    ]);
  });
});

it('differs between the modes only in where Slack sends things', () => {
  const [socket, http] = NAMES.map(read);
  expect(socket.settings.socket_mode_enabled).toBe(true);
  expect(JSON.stringify(socket)).not.toContain('"url"');
  const urls = JSON.stringify(http).match(/https:\/\/[^"]+/g) ?? [];
  expect(new Set(urls)).toEqual(new Set(['https://keyturn.example/slack/events']));
  const bare = JSON.parse(JSON.stringify(http), (key, value) =>
    key === 'url' || key === 'request_url' ? undefined : value,
  );
  expect({ ...bare, settings: { ...bare.settings, socket_mode_enabled: true } }).toEqual(socket);
});

it('every button that can be drawn carries an id that the app listens to, and a value that it can read', () => {
  const verbs = VERBS;
  const about = { request: 'req_1', digest: 'sha256:1' };
  const elements = verbs.flatMap((verb) => actions([button(verb, about)]).elements);
  const listened = new RegExp(`^${ACTION_PREFIX}`);
  for (const element of elements) {
    if (element.type !== 'button') throw new Error('only buttons are drawn');
    expect(element.action_id).toMatch(listened);
    expect(ButtonValue.safeParse(JSON.parse(element.value ?? '')).success).toBe(true);
  }
  expect(elements).toHaveLength(verbs.length);
  expect(PAGE_ACTION).toMatch(listened);
  const app = readFileSync(join(ROOT, 'bot/slack/app.ts'), 'utf8');
  expect(app).toMatch(/app\.action\(new RegExp\(`\^\$\{ACTION_PREFIX\}`\)/);
  expect(app).toContain('app.view(FORM,');
});
