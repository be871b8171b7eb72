import type { Fields } from './shapes.ts';
import { isFields } from './shapes.ts';

/** `ok: false` as Slack says it; `errors` become `response_metadata.messages` too. */
export class SlackError extends Error {
  readonly answer: Fields;

  constructor(error: string, more: Fields = {}, options: ErrorOptions = {}) {
    super(error, options);
    this.answer = { ok: false, error, ...more };
  }
}

/** `invalid_blocks` for messages, `invalid_arguments` for views, each with every pointer. */
export function refuseErrors(error: string, errors: readonly string[]): void {
  if (errors.length === 0) return;
  const messages = errors.map((one) => `[ERROR] ${one}`);
  throw new SlackError(error, { errors, response_metadata: { messages } });
}

/** The arguments of one call, as Slack reads them: text fields, some of which hold JSON. */
export class Args {
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  text(name: string): string | null {
    const value = this.#fields[name];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value === 'object') throw new SlackError('invalid_arguments', { arg: name });
    return String(value);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === null)
      throw new SlackError('invalid_arguments', {
        response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
      });
    return value;
  }

  flag(name: string): boolean | null {
    const value = this.text(name);
    return value === null ? null : value === 'true' || value === '1';
  }

  json(name: string, error: string): unknown {
    const value = this.#fields[name];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch (cause) {
      throw new SlackError(error, {}, { cause });
    }
  }

  object(name: string, error: string): Fields | null {
    const value = this.json(name, error);
    if (value === null) return null;
    if (!isFields(value)) throw new SlackError(error);
    return value;
  }
}

export type Method = (args: Args) => Fields;
