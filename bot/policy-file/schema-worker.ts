import { z } from 'zod';
import * as names from './schema-names.ts';

/** A process on another machine that carries out what was approved. What it may take hangs on its labels. */
export const Worker = z.strictObject({
  auth: z.strictObject({ token_sha256: names.TokenHashes }),
  labels: z.array(names.Name).max(6, 'holds at most 6 labels').prefault([]).meta({
    description: 'What execute.runs_on may ask for. A worker is given what asks for these, or for none.',
  }),
});
