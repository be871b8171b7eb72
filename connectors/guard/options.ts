import { Ended, EXIT } from './exit-codes.ts';

/** What `request` and `guard` share, as the command line gives it. */
export interface SubmissionFlags {
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly onBehalfOf?: string;
  readonly expiresIn?: string;
  readonly link?: readonly string[];
  readonly timeout?: string;
}

export interface Submission {
  readonly action: string;
  readonly target: Target;
  readonly reason: string;
  readonly on_behalf_of?: string;
  readonly links?: readonly string[];
  readonly expires_in?: number;
  readonly hold: 'wait' | 'poll' | 'ticket';
}

interface Target {
  readonly system: string;
  readonly environment: string;
  readonly resource: string;
}

const SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/** Only the form is checked here. What may be asked is the server's to say. */
export function readSubmission(flags: SubmissionFlags, hold: 'wait' | 'poll' | 'ticket'): Submission {
  return {
    action: flags.action,
    target: readTarget(flags.target),
    reason: flags.reason,
    hold,
    ...(flags.onBehalfOf === undefined ? {} : { on_behalf_of: flags.onBehalfOf }),
    ...(flags.link === undefined ? {} : { links: flags.link }),
    ...(flags.expiresIn === undefined ? {} : { expires_in: readSeconds('--expires-in', flags.expiresIn) }),
  };
}

export function readTimeoutMs(flags: Pick<SubmissionFlags, 'timeout'>): number | null {
  return flags.timeout === undefined ? null : readSeconds('--timeout', flags.timeout) * 1_000;
}

/** `postgres/prod/public/orders` is system, environment, and all the rest as the resource. */
function readTarget(text: string): Target {
  const [system = '', environment = '', ...rest] = text.split('/');
  const resource = rest.join('/');
  if (system === '' || environment === '' || resource === '') {
    throw new Ended(EXIT.usage, '--target is SYSTEM/ENVIRONMENT/RESOURCE, e.g. postgres/prod/orders.');
  }
  return { system, environment, resource };
}

function readSeconds(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (SECONDS.get(unit ?? '') ?? Number.NaN);
  if (!(seconds >= 1)) throw new Ended(EXIT.usage, `${option} is a duration, e.g. 90s, 30m, 24h or 7d.`);
  return seconds;
}
