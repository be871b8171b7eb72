import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Stands before a Redis, carries out every command, and now and then loses what it said to one and ends
 * the connection: who gave the command cannot know that it was followed, and gives it again.
 */
export async function forgetfulRedis(port: number) {
  const links = new Set<Socket>();
  let losses = 0;
  let isWell = false;
  let opened = 0;
  const proxy = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    opened += 1;
    // The first answers are those of the handshake. Each connection lives a little longer than the last.
    let left = 8 + (opened % 7);
    for (const link of [client, redis]) {
      links.add(link);
      link.on('error', () => undefined);
      link.on('close', () => {
        links.delete(link);
        client.destroy();
        redis.destroy();
      });
    }
    client.on('data', (bytes) => redis.write(bytes));
    redis.on('data', (bytes) => {
      left -= 1;
      if (left >= 0 || isWell) return void client.write(bytes);
      losses += 1;
      return void client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const link of links) link.destroy();
    proxy.close();
  });
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    losses: () => losses,
    /** From now on nothing is lost. */
    mend: () => {
      isWell = true;
    },
  };
}
