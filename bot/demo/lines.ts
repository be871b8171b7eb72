import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ActionRequest } from '../core/request.ts';
import type { DemoSecrets } from './policy.ts';

/** How this very program is called from here. `npx` would ask the registry for a package of our name. */
const BIN = relative(process.cwd(), fileURLToPath(new URL('../cli/keyturn.js', import.meta.url)));

/** What the demo prints at its start: where to look, and lines to paste. */
export function welcomeLines(url: string, { tokens, codes, planFile }: DemoSecrets): string {
  const agent = `KEYTURN_URL=${url} KEYTURN_TOKEN=${tokens.agent} node ${BIN}`;
  return `
Keyturn demo. Nothing here is real: two people, one agent, three rules, all in .keyturn/demo.
Alice owns the agent. Bob is her colleague. Both are operators, and one operator must approve.

1. Open  ${url}/room  and sign in as Bob:  ${codes.bob}
   (In a private window you can be Alice as well:  ${codes.alice})
   Each code works once, for the next ${codes.minutes} minutes. A new one: node ${BIN} room code bob

2. In a second terminal, in this folder, let the agent ask to run a command. It waits for Bob:

   ${agent} guard --action command.run --target laptop/demo/backup --reason "Nightly backup of the README" -- tar -cvf /tmp/keyturn-demo.tar README.md

3. Then let it ask for something worse. Its plan is too long for a card, and not what it seems:

   ${agent} request --action terraform.destroy --target laptop/demo/scratch --reason "Remove the scratch environment" --payload ${planFile} --wait

4. Check the log, and every quorum in it, once more from the votes:

   node ${BIN} audit verify

Without a browser, be Alice and Bob over HTTP. The README has the calls; these are the tokens:

   export URL=${url} AGENT=${tokens.agent} ALICE=${tokens.alice} BOB=${tokens.bob}

`;
}

/** What happens, for whoever has only the terminal in sight. */
export function requestLine(request: ActionRequest): string {
  const { number, state, action, target } = request;
  if (state !== 'pending') return `Request ${number} is now ${state}.\n`;
  const { system, environment, resource } = target;
  return `Request ${number} waits for a second key: ${action} on ${system}/${environment}/${resource}.\n`;
}
