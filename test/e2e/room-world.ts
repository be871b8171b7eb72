import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { aPerson, type Look, type Person } from '../helpers/chromium.ts';
import { Folder, freePort, type Running } from './folder.ts';

const AGENT = 'ktc_agent_of_the_room_tests_0123456789';
const tokenOf = (person: string) => `ktp_${person}_of_the_room_tests_0123456789`;
const hash = (token: string) => createHash('sha256').update(token).digest('hex');

/** Alice owns the agent; Bob and Carol are operators; whoever is an operator may clear. */
const POLICY = `version: 1
environments: [demo]
people:
  alice: { name: Alice, accounts: { api_token_sha256: ${hash(tokenOf('alice'))} } }
  bob: { name: Bob, accounts: { api_token_sha256: ${hash(tokenOf('bob'))} } }
  carol: { name: Carol, accounts: { api_token_sha256: ${hash(tokenOf('carol'))} } }
groups:
  operators: { members: [alice, bob, carol] }
clear_from: [operators]
auditors: [carol]
clients:
  agent: { kind: agent, owner: alice, auth: { token_sha256: ${hash(AGENT)} }, actions: ["command.run", "command.tidy", "command.slow", "db.wipe"], targets: ["laptop/**"] }
actions:
  command.tidy:
    execute: { command: { argv: [/bin/echo, tidied, "{/what}"], cwd: / }, kind: once }
  command.slow:
    execute: { command: { argv: [/bin/sh, -c, "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo \\"copied $i of 13 <b>tables</b>\\"; sleep 1; done"], cwd: / }, kind: once }
plans:
  one-key:
    seats: [{ from: [operators], count: 1 }]
    comment: { reject: required, flag: required }
default: { effect: require, plan: one-key }
rules:
  - { id: wiping-is-critical, match: { action: db.wipe }, effect: require, plan: one-key, risk: critical }
audit: { log: test/room }
`;

/** A real bot in a folder of its own, driven by its command line and by browsers. */
export class Room {
  readonly folder = new Folder();
  readonly port: number;
  readonly #browser: Browser;
  #server: Running | null = null;

  constructor(browser: Browser, port: number) {
    this.#browser = browser;
    this.port = port;
    writeFileSync(join(this.folder.path, 'keyturn.yaml'), POLICY);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/room`;
  }

  async start(): Promise<this> {
    this.#server = this.folder.keyturn(['serve'], { PORT: String(this.port) });
    await this.#server.said(/"msg":"listening"/);
    return this;
  }

  async kill(): Promise<void> {
    this.#server?.child.kill('SIGKILL');
    await this.#server?.ended;
  }

  /** The agent, held until somebody decides. */
  guard(command: readonly string[], options: readonly string[] = []): Running {
    const args = ['guard', '--action', 'command.run', '--target', 'laptop/demo/x', '--reason', 'A reason'];
    return this.folder.keyturn([...args, ...options, '--', ...command], {
      KEYTURN_URL: `http://127.0.0.1:${this.port}`,
      KEYTURN_TOKEN: AGENT,
    });
  }

  /** The agent asks for what Keyturn runs itself, and does not wait. */
  async ask(action: string, payload: Record<string, unknown>): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.port}/v1/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${AGENT}` },
      body: JSON.stringify({
        action,
        target: { system: 'laptop', environment: 'demo', resource: 'x' },
        reason: 'A reason',
        payload,
      }),
    });
    expect(response.status).toBe(201);
  }

  /** A fresh code, as whoever runs Keyturn makes it. */
  async code(person: string): Promise<string> {
    const { code, stdout, stderr } = await this.folder.keyturn(['room', 'code', person]).ended;
    expect(code, stderr).toBe(0);
    return stdout.trim();
  }

  async visit(person: string, by: 'code' | 'token' = 'code', look: Look = {}): Promise<Visit> {
    const somebody = await aPerson(this.#browser, look);
    await somebody.page.goto(this.url);
    const visit = new Visit(somebody);
    await visit.signIn(by === 'code' ? await this.code(person) : tokenOf(person));
    return visit;
  }
}

export async function aRoom(browser: Browser): Promise<Room> {
  return new Room(browser, await freePort()).start();
}

/** One person in front of the page, doing what people do: looking, clicking and typing. */
export class Visit {
  readonly page: Page;
  readonly person: Person;

  constructor(person: Person) {
    this.person = person;
    this.page = person.page;
  }

  async signIn(secret: string): Promise<void> {
    await this.page.getByLabel('Room code or API token').fill(secret);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.locator('#connection.live').waitFor();
  }

  /** The message about this request, once it says so. */
  async sees(number: number, says: string | RegExp): Promise<Locator> {
    const message = this.message(number);
    await message.filter({ hasText: says }).waitFor();
    return message;
  }

  message(number: number): Locator {
    return this.page.getByRole('article', { name: `Request ${number} from` });
  }

  /** A button of the card or of an open dialog. */
  async press(number: number, button: string): Promise<void> {
    await this.message(number).getByRole('button', { name: button, exact: true }).first().click();
  }

  async pressInDialog(button: string): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
  }

  async giveReason(reason: string, submit: string): Promise<void> {
    await this.page.getByRole('dialog').getByLabel('Why').fill(reason);
    await this.pressInDialog(submit);
  }

  /** What only this person is told about the request. */
  async told(number: number, says: string | RegExp): Promise<string> {
    const note = this.message(number).locator('.note').filter({ hasText: says });
    await note.waitFor();
    return note.innerText();
  }

  async type(line: string, says: string | RegExp): Promise<Locator> {
    await this.page.getByLabel('Command').fill(line);
    await this.page.getByRole('button', { name: 'Send' }).click();
    const note = this.page.locator('.answers .note').filter({ hasText: says });
    await note.waitFor();
    return note;
  }
}
