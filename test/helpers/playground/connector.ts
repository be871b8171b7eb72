import { type ConnectorMethods, checked, type Said } from '../fake-teams/connector-methods.ts';
import type { TeamsWorld } from '../fake-teams/world.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the bot wrote
type Any = any;

/**
 * The Bot Connector with the playground behind it. It refuses what Teams would refuse and the playground
 * takes, and keeps what was written, since the playground shows one person's chat alone.
 */
export function playgroundConnector(origin: string): (world: TeamsWorld) => ConnectorMethods {
  return (world) => {
    const forward = async (method: string, parts: readonly string[], body: Any): Promise<Said> => {
      const answer = await fetch(`${origin}/_connector/v3/${parts.map(encodeURIComponent).join('/')}`, {
        method,
        ...(body === null
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    };
    const create = async (body: Any): Promise<Said> => {
      if (body.isGroup !== true) {
        const { id, oid } = world.user(body.members[0].id);
        const said = await forward('POST', ['conversations'], { ...body, members: [{ id }] });
        if (said.status === 201) world.chats.set(oid, idOf(said));
        return said;
      }
      const said = checked(body.activity) ?? (await forward('POST', ['conversations'], body));
      if (said.status === 201) world.add(idOf(said), (said.body as Any).activityId, body.activity);
      return said;
    };
    return async (method, parts, body) => {
      const [, conversation = '', what, id = ''] = parts;
      if (method === 'POST' && parts.length === 1) return create(body);
      if (what !== 'activities') return forward(method, parts, body);
      const said = checked(body) ?? (await forward(method, parts, body));
      if (said.status === 201) world.add(conversation, idOf(said), body);
      const message = world.messages.find((one) => one.conversation === conversation && one.id === id);
      if (method === 'PUT' && said.status === 200 && message !== undefined) message.activity = body;
      return said;
    };
  };
}

function idOf({ body }: Said): string {
  return (body as { readonly id: string }).id;
}
