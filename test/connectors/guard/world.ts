import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeKeyturn } from '../../helpers/fake-keyturn.ts';

const BIN = process.env['KEYTURN_BIN'] ?? join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');

const SUBMISSION = ['--action', 'db.export', '--target', 'postgres/prod/orders', '--reason', 'FIN-231'];

export interface Ways {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly cwd?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real process of the real command line. */
export class Cli {
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #output = new EventEmitter();
  #isOver = false;

  constructor(process_: ChildProcessWithoutNullStreams, secret: string) {
    this.#process = process_;
    process_.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#output.emit('more');
    });
    process_.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#output.emit('more');
    });
    process_.stdin.on('error', () => undefined);
    this.ended = once(process_, 'close').then(([code]) => {
      const { stdout, stderr } = this;
      this.#isOver = true;
      this.#output.emit('more');
      // Threat row 14, in every test there is.
      if ((stdout + stderr).includes(secret)) throw new Error('the token is in the output');
      return { code: code as number | null, stdout, stderr };
    });
    this.ended.catch(() => undefined);
  }

  /** Resolves once this stands in the output, of whichever stream. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stdout) && !pattern.test(this.stderr)) {
      if (this.#isOver) throw new Error(`${pattern} was never said:\n${this.stdout}${this.stderr}`);
      await once(this.#output, 'more');
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  type(text: string): void {
    this.#process.stdin.write(text);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** One server, one folder, and the command line that talks to the one from the other. */
export class World {
  readonly fake: FakeKeyturn;
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-guard-')));
  readonly #clis: Cli[] = [];

  private constructor(fake: FakeKeyturn) {
    this.fake = fake;
  }

  static async open(onTestFinished: (cleanUp: () => Promise<void>) => void): Promise<World> {
    const world = new World(await FakeKeyturn.start());
    onTestFinished(async () => {
      for (const cli of world.#clis) cli.kill();
      await world.fake.down();
      rmSync(world.folder, { recursive: true, force: true });
    });
    return world;
  }

  run(args: readonly string[], ways: Ways = {}): Cli {
    return this.#start(process.execPath, [BIN, ...args], ways);
  }

  /** The same on a terminal, which `script` of util-linux makes. */
  runOnTerminal(args: readonly string[], ways: Ways = {}): Cli {
    const quoted = [process.execPath, BIN, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    return this.#start('script', ['-qfec', `exec ${quoted.join(' ')}`, '/dev/null'], ways);
  }

  #start(program: string, args: readonly string[], ways: Ways): Cli {
    if (!existsSync(BIN)) throw new Error(`${BIN} is missing: run npm run build`);
    const child = spawn(program, args, {
      cwd: ways.cwd ?? this.folder,
      env: {
        PATH: process.env['PATH'],
        HOME: this.folder,
        KEYTURN_URL: this.fake.url,
        KEYTURN_TOKEN: this.fake.token,
        ...ways.env,
      },
    });
    const cli = new Cli(child, ways.env?.['KEYTURN_TOKEN'] || this.fake.token);
    this.#clis.push(cli);
    if (ways.input !== undefined) child.stdin.end(ways.input);
    return cli;
  }

  guard(command: readonly string[], ways: Ways = {}): Cli {
    return this.run(['guard', ...SUBMISSION, ...(ways.flags ?? []), '--', ...command], ways);
  }

  ask(flags: readonly string[] = [], ways: Ways = {}): Cli {
    return this.run(['request', ...SUBMISSION, ...flags], ways);
  }

  /** A guard whose request is approved, as it ends. */
  async approved(command: readonly string[], ways: Ways = {}): Promise<Ended> {
    this.fake.firstState = 'approved';
    return this.guard(command, ways).ended;
  }

  write(name: string, content: string, mode = 0o644): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode });
    return path;
  }

  /** The payload of the submission, as it arrived. */
  get payload(): Record<string, unknown> {
    return this.fake.named('submit')[0]?.body['payload'] as Record<string, unknown>;
  }
}
