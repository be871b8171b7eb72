import { Ended, EXIT } from './exit-codes.ts';

export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

const DEFAULT_URL = 'http://127.0.0.1:3000';
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const VISIBLE_ASCII = /^[\x21-\x7e]{20,200}$/;

/** Where Keyturn is and who asks. No text here may hold the token: it goes to terminals and CI logs. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const token = environment['KEYTURN_TOKEN'] ?? '';
  if (token === '') throw unusable('KEYTURN_TOKEN is not set. It holds the token of a client (ktc_…).');
  // Also with white space around it, which the check after this one would blame instead.
  if (token.trim().startsWith('ktp_')) {
    throw unusable(
      'KEYTURN_TOKEN is a person’s token. Who asks cannot be who approves: use a client’s token (ktc_…). Nothing was sent.',
    );
  }
  if (!VISIBLE_ASCII.test(token)) {
    throw unusable('KEYTURN_TOKEN is not a token: 20 to 200 visible ASCII characters, no white space.');
  }
  return { url: readUrl(environment['KEYTURN_URL']), token };
}

export function readUrl(text: string | undefined): string {
  const address = text === undefined || text === '' ? DEFAULT_URL : text;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw unusable('KEYTURN_URL is not an http or https address.');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw unusable(
      'KEYTURN_URL has a user name, a query or a fragment. It is only scheme, host, port and path.',
    );
  }
  // The token would travel in clear, for every machine on the way to read.
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw unusable(`KEYTURN_URL is plain http to ${url.hostname}. Only https leaves this machine.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function unusable(message: string): Ended {
  return new Ended(EXIT.usage, message);
}
