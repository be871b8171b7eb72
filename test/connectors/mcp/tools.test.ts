import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../helpers/rulebook.ts';
import { approve, aSubmission, startKeyturn } from '../../helpers/start-keyturn.ts';
import { readLog, review, stateOf } from '../api/world.ts';
import { connect, ERAS, mcpKeyturn, use, WAYS } from './world.ts';

const TOOLS = ['cancel_request', 'get_request', 'request_approval', 'wait_for_decision'];
const COMBINATIONS = WAYS.flatMap((way) => ERAS.map((era) => [way, era] as const));

describe.each(COMBINATIONS)('over %s, with the official client of %s', (way, era) => {
  it('offers to ask, look, wait and leave, and nothing else', async () => {
    const client = await connect(await mcpKeyturn(), way, era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(TOOLS);
  });

  it('asks, waits, and hears of the approval', async () => {
    const keyturn = await mcpKeyturn();
    const client = await connect(keyturn, way, era);
    const { said: asked } = await use(client, 'request_approval', aSubmission());
    expect(asked).toMatchObject({ state: 'pending', requester: { id: 'agent' }, waiting_for: ['dba 0/1'] });
    const waiting = use(client, 'wait_for_decision', { id: asked.id, seconds: 20 });
    await approve(keyturn, 'bob', asked);
    expect((await waiting).said.state).toBe('approved');
    expect((await use(client, 'get_request', { id: asked.id })).said.state).toBe('approved');
  });

  it('takes a request back', async () => {
    const keyturn = await mcpKeyturn();
    const client = await connect(keyturn, way, era);
    const { said } = await use(client, 'request_approval', aSubmission());
    expect((await use(client, 'cancel_request', { id: said.id })).said.state).toBe('cancelled');
    expect(await stateOf(keyturn, said)).toBe('cancelled');
  });

  it('says why not, with the code, and as an error', async () => {
    const keyturn = await mcpKeyturn();
    const client = await connect(keyturn, way, era);
    const wrong = await use(client, 'request_approval', aSubmission({ action: 'iam.grant' }));
    expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining('[ACTION_NOT_ALLOWED]') });
    const none = await use(client, 'get_request', { id: 'req_00000000000000000000000000000000' });
    expect(none).toMatchObject({ isError: true, text: expect.stringContaining('[NOT_FOUND]') });
  });

  it('hears of a rejection with its reason, and of no person', async () => {
    const keyturn = await mcpKeyturn();
    const client = await connect(keyturn, way, era);
    const { said } = await use(client, 'request_approval', aSubmission());
    await review(keyturn, 'bob', said, 'reject', { comment: 'not on a Friday' });
    const { said: over, text } = await use(client, 'wait_for_decision', { id: said.id });
    expect([over.state, over.reject_reason]).toEqual(['rejected', 'not on a Friday']);
    expect(text).not.toContain('bob');
  });

  it.each([
    ['an id that leads elsewhere', 'get_request', { id: '../../audit/entries' }],
    ['an id with a query', 'get_request', { id: 'req_1?wait=60' }],
    ['an unknown field', 'request_approval', aSubmission({ approve: true })],
    ['a hold of its own', 'request_approval', aSubmission({ hold: 'wait' })],
    ['a wait without end', 'wait_for_decision', { id: 'req_1', seconds: 3600 }],
    ['the token itself', 'request_approval', aSubmission({ reason: tokenOf('agent') })],
  ])('refuses %s', async (_what, tool, input) => {
    const keyturn = await mcpKeyturn();
    const client = await connect(keyturn, way, era);
    const result = await use(client, tool, input).catch(() => ({ isError: true }));
    expect(result.isError).toBe(true);
    expect((await keyturn.get('alice', '/v1/requests')).body.items).toEqual([]);
  });
});

it('row 7: a person’s token gets no tools, over either way', async () => {
  const keyturn = await mcpKeyturn();
  for (const way of WAYS) await expect(connect(keyturn, way, '2025-06-18', 'bob')).rejects.toThrow();
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused.at(-1)?.data).toMatchObject({ call: 'mcp', code: 'FORBIDDEN' });
});

it('answers nobody without a token, reads within limits, and takes no JSON that means two things', async () => {
  const keyturn = await mcpKeyturn();
  const post = (body: string, token?: string) =>
    fetch(`${keyturn.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
    });
  const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  expect((await post(list)).status).toBe(401);
  expect((await post(list, 'ktc_nobody_knows_this_token_0123456789')).status).toBe(401);
  expect((await post(list.replace('"id":1', '"id":1,"id":2'), tokenOf('agent'))).status).toBe(422);
  expect((await post(`"${'x'.repeat(300_000)}"`, tokenOf('agent'))).status).toBe(413);
  expect((await post(list, tokenOf('agent'))).status).toBe(200);
  const get = { headers: { authorization: `Bearer ${tokenOf('agent')}` } };
  expect((await fetch(`${keyturn.url}/mcp`, get)).status).toBe(405);
});

it('is not there unless it is configured', async () => {
  const keyturn = await startKeyturn();
  expect((await keyturn.post('agent', '/mcp', {})).status).toBe(404);
});
