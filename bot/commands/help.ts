import type { Words } from '../views/words.ts';

/** Every command, in the order people need them. `what` begins where the verb ends. */
export const HELP: readonly { readonly usage: string; readonly what: string }[] = [
  {
    usage: 'list [pending|mine|all]',
    what: 'what waits for you; or all that waits, what you asked, everything',
  },
  { usage: 'show N', what: 'the card of request N' },
  { usage: 'approve N', what: 'the card of request N, whose button approves' },
  { usage: 'reject N <reason>', what: 'ends it' },
  { usage: 'flag N <reason>', what: 'stops it, and everything else its requester has open' },
  { usage: 'clear N', what: 'a form that takes a flag back' },
  { usage: 'revoke N <comment>', what: 'takes an approval back before it is used' },
  { usage: 'stop N [comment]', what: 'asks what runs to end' },
  { usage: 'cancel N', what: 'withdraws what you, or your agent, asked' },
  { usage: 'settle N succeeded|failed <comment>', what: 'says how something ended that nobody could tell' },
  { usage: 'break-glass N', what: 'a form to release it alone, in an emergency the policy allows for' },
  { usage: 'post-review N', what: 'a form to say whether such a release was right; not by who did it' },
  { usage: 'who N', what: 'who may approve it, and why' },
  { usage: 'policy explain N', what: 'which rules it met and why, who may approve, who is excluded' },
  { usage: 'link [code]', what: 'a code for one more account of yours; with the code, from that account' },
  { usage: 'audit export [from] [to]', what: 'the log as a bundle, by direct message; auditors only' },
  { usage: 'audit verify', what: 'checks the log; auditors only' },
  { usage: 'freeze status', what: 'which freezes are in force' },
  { usage: 'help', what: 'this' },
];

export function helpLines(): readonly Words[] {
  return [
    ...HELP.map(({ usage, what }): Words => [`${usage}: ${what}`]),
    ['Typed text never approves and never clears: the button on the card does.'],
  ];
}
