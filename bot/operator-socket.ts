import { relative, resolve } from 'node:path';

/** The kernel takes no longer path for a socket, on any system that Node runs on. */
const MOST_BYTES = 100;

/** Where the server listens for whoever runs it, and where their commands find it. Null: the path is too long. */
export function operatorSocket(dataDir: string): string | null {
  const whole = resolve(dataDir, 'operator.sock');
  const near = relative(process.cwd(), whole);
  const path = near.length < whole.length ? near : whole;
  return Buffer.byteLength(path) <= MOST_BYTES ? path : null;
}
