import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { PlaceOfAFake } from './place-of-a-fake.ts';

/** What stands between a caller and Keyturn, and takes its time with every answer to these calls. */
export async function slowWayTo(url: string, path: RegExp, delayMs: number): Promise<string> {
  const place = new PlaceOfAFake(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = 'GET', headers } = incoming;
    const answer = await fetch(`${url}${incoming.url}`, {
      method,
      headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    if (path.test(incoming.url ?? '')) await sleep(delayMs);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await place.up();
  onTestFinished(() => place.down());
  return place.url;
}
