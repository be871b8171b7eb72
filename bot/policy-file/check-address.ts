import { parseCidr } from '../../queue/executors/addresses.ts';

/** What is wrong with an address that Keyturn is to call, or null. */
export function urlProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'is no URL';
  return isPrivateEnough(new URL(text))
    ? null
    : 'must be https: only this very machine is reached in the clear';
}

export function rangeProblem(range: string): string | null {
  try {
    parseCidr(range);
    return null;
  } catch {
    return 'must be an address range such as 10.0.0.0/8';
  }
}

function isPrivateEnough({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
