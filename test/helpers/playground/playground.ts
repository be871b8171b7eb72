import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { BOT, CHANNEL, GROUP_CHAT, TENANT, type TeamsUser } from '../fake-teams/world.ts';

const require = createRequire(import.meta.url);
const PROGRAM = require.resolve('@microsoft/m365agentsplayground/cli.js');
const STARTS_WITHIN_MS = 20_000;

export interface PlaygroundParts {
  readonly port: number;
  /** Where it sends what people do. */
  readonly endpoint: string;
  /** Where the app is told to write to. */
  readonly serviceUrl: string;
  /** The one whose personal chat it shows. */
  readonly me: TeamsUser;
  readonly others: readonly TeamsUser[];
}

/** Microsoft's own playground as a process. It ends by the function that is given back. */
export async function startPlayground(parts: PlaygroundParts): Promise<() => Promise<void>> {
  const { port, endpoint, serviceUrl } = parts;
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-playground-'));
  const log = join(dir, 'playground.log');
  writeFileSync(join(dir, '.m365agentsplayground.yml'), JSON.stringify(toConfig(parts)));
  // It opens a browser by this name, and without it does not start.
  writeFileSync(join(dir, 'xdg-open'), '#!/bin/sh\nexit 0\n');
  chmodSync(join(dir, 'xdg-open'), 0o755);
  const options = ['-e', endpoint, '-c', 'msteams', '-p', String(port), '--service-url', serviceUrl];
  const child = spawn(process.execPath, [PROGRAM, 'start', ...options, '--disable-telemetry'], {
    cwd: dir,
    env: {
      PATH: `${dir}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: dir,
      M365_AGENTS_PLAYGROUND_LOGFILE: log,
    },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  const giveUpAt = performance.now() + STARTS_WITHIN_MS;
  for (;;) {
    const pong = await fetch(`http://127.0.0.1:${port}/_debug/ping`).catch(() => null);
    if (pong?.ok === true) return stop;
    if (child.exitCode !== null || performance.now() > giveUpAt) {
      const said = readOr(log, 'it says nothing');
      await stop();
      throw new Error(`the playground does not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function toConfig({ me, others }: PlaygroundParts): object {
  return {
    version: '0.1.1',
    tenantId: TENANT,
    bot: { id: BOT, name: 'Keyturn' },
    currentUser: toUser(me),
    // Exactly five, or it does not start.
    users: others.map(toUser),
    personalChat: { id: `a:1chat-${me.oid}` },
    groupChat: { id: GROUP_CHAT, name: 'Incidents' },
    team: {
      id: '19:general0123456789abcdef@thread.tacv2',
      name: 'Firm',
      aadGroupId: '00000000-0000-4000-8000-000000000031',
      channels: [{ id: CHANNEL, name: 'approvals' }],
    },
  };
}

function toUser({ id, oid, name }: TeamsUser): object {
  const address = `${name}@firm.example`;
  const words = { givenName: name, surname: name, email: address, userPrincipleName: address };
  return { id, name, aadObjectId: oid, ...words };
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
