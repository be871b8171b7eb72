import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tokenOf } from '../helpers/rulebook.ts';
import type { Server, World } from './world.ts';

export interface Tried {
  /** Null when the server was gone before it answered. */
  readonly status: number | null;
  readonly nonce: string | null;
  readonly code: string | null;
}

/** The process that has the effect. It outlives every server, and counts for itself. */
export class Effects {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (tried: Tried) => void>();
  #jobs = 0;

  constructor(world: World) {
    const env = { PATH: process.env['PATH'], FAULT_EFFECTS: world.effects };
    const script = join(import.meta.dirname, 'effect.mjs');
    const child = world.keep(spawn(process.execPath, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] }));
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { job, ...tried } = JSON.parse(line) as Tried & { job: number };
      this.#waiting.get(job)?.(tried);
      this.#waiting.delete(job);
    });
  }

  /** One consume with that key, and one line in the file if it was granted. */
  tryOnce(
    server: Pick<Server, 'url'>,
    request: { id: string; action_digest: string },
    key: string,
  ): Promise<Tried> {
    this.#jobs += 1;
    const job = this.#jobs;
    const { id, action_digest } = request;
    const ask = { job, url: server.url, token: tokenOf('agent'), id, action_digest, key };
    return new Promise((resolve) => {
      this.#waiting.set(job, resolve);
      this.#child.stdin?.write(`${JSON.stringify(ask)}\n`);
    });
  }
}
