import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ActionRequest } from '../core/request.ts';
import type { DemoTokens } from './policy.ts';

/** How this very program is called from here. `npx` would ask the registry for a package of our name. */
const BIN = relative(process.cwd(), fileURLToPath(new URL('../cli/keyturn.js', import.meta.url)));

/** What the demo prints at its start: one line to paste in a second terminal. */
export function welcomeLines(url: string, tokens: DemoTokens): string {
  return `
Keyturn demo at ${url}. Nothing here is real: two people, one agent, three rules, in .keyturn/demo.
Alice owns the agent. Bob is her colleague. Both are operators, and one operator must approve.

1. In a second terminal, in this folder, let the agent ask to run a command. It will wait:

   KEYTURN_URL=${url} KEYTURN_TOKEN=${tokens.agent} node ${BIN} guard --action command.run --target laptop/demo/backup --reason "Nightly backup of the README" -- tar -cvf /tmp/keyturn-demo.tar README.md

2. In a third terminal, be Alice and Bob. These are the tokens, good until this process ends:

   export URL=${url} AGENT=${tokens.agent} ALICE=${tokens.alice} BOB=${tokens.bob}

   What to paste then is printed here as soon as the request is in.

`;
}

/** What comes next for a request, ready to paste. The tokens stay in the variables of the third terminal. */
export function requestLines(request: ActionRequest): string {
  const { id, number, state, actionDigest } = request;
  if (state !== 'pending') return `Request ${number} is now ${state}.\n`;
  const review = (who: string) =>
    `curl -sS -H "Authorization: Bearer $${who}" -d '{"verdict":"approve","action_digest":"${actionDigest}"}' $URL/v1/requests/${id}/reviews`;
  return `
Request ${number} waits: ${request.action} on ${request.target.system}/${request.target.environment}/${request.target.resource}

   Alice tries to approve what her own agent asks, and is refused:
   ${review('ALICE')}

   Bob looks at exactly what would run:
   curl -sS -H "Authorization: Bearer $BOB" $URL/v1/requests/${id}/payload

   Bob approves, and the command runs in the second terminal:
   ${review('BOB')}

   Then check the log: node ${BIN} audit verify

`;
}
