import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tokenOf } from '../helpers/rulebook.ts';
import { until } from '../helpers/until.ts';
import { type AgentName, startAgent, UNASKED } from './agents.ts';
import { type StubModel, startStubModel, type Wish } from './stub-model.ts';

const BIN = join(import.meta.dirname, '../../dist/bot/cli/keyturn.js');

/** One agent, one model that asks for something dangerous, and the file in which it leaves a mark. */
export class Scene {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-agents-')));
  readonly mark = join(this.folder, 'mark');
  readonly #name: AgentName;
  readonly #program: string;
  #models: StubModel[] = [];

  constructor(name: AgentName, program: string) {
    this.#name = name;
    this.#program = program;
    writeFileSync(join(this.folder, 'token'), tokenOf('agent'));
    onTestFinished(() => {
      for (const model of this.#models) model.close();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** A command that says in the file that it ran. */
  dangerous(what = 'once'): Wish {
    return { input: { command: `echo ${what} >> ${this.mark}`, description: 'tidy up' } };
  }

  /** What has run, in order. */
  get ran(): readonly string[] {
    return existsSync(this.mark) ? readFileSync(this.mark, 'utf8').trim().split('\n') : [];
  }

  installed(url: string, deadline: string): string {
    const options = ['--target', 'laptop/prod/alice', '--url', url, '--deadline', deadline];
    const args = [BIN, 'hook', 'install', this.#name, ...options, '--token-file', join(this.folder, 'token')];
    return execFileSync(process.execPath, args, { encoding: 'utf8' });
  }

  /** Starts a session. Resolves when the agent has ended; what the model was told is in the answer. */
  async session(
    managed: string | null,
    wishes: readonly Wish[] = [this.dangerous()],
    more: readonly string[] = UNASKED[this.#name],
  ): Promise<{ readonly over: Promise<string>; readonly agent: ChildProcess }> {
    const model = await startStubModel(wishes);
    this.#models.push(model);
    rmSync(join(this.folder, 'etc'), { recursive: true, force: true });
    const agent = startAgent(this.#name, this.#program, {
      ...{ folder: this.folder, model: model.url },
      ...{ managed, more },
    });
    let output = '';
    for (const pipe of [agent.stdout, agent.stderr]) pipe?.on('data', (part) => (output += String(part)));
    onTestFinished(() => void agent.kill('SIGKILL'));
    const over = once(agent, 'close').then(() => {
      if (model.results.length === 0) throw new Error(`the agent never told its model a result: ${output}`);
      return model.results.join('\n');
    });
    over.catch(() => undefined);
    return { over, agent };
  }

  /** The process of ours that the agent has started: its hook, or its MCP server. */
  ourProcess(): Promise<number> {
    return until(() => {
      const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
      const ours = lines.find(
        (line) => line.trim().split(/\s+/)[1] === process.execPath && line.includes(this.folder),
      );
      return ours === undefined ? null : Number(ours.trim().split(/\s+/)[0]);
    });
  }
}
