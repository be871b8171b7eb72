import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { noteText } from './note.ts';
import { parseOrigin } from './origin.ts';

/** A checkpoint that somebody shows, with the note it stands in. Whether its signature holds is another matter. */
export interface NoteClaim extends Checkpoint {
  /** The file that it was found in. */
  readonly name: string;
  readonly note: Uint8Array;
  readonly epoch: number;
  /**
   * `newest`: the log's own word of how long it is. `outside`: what somebody kept elsewhere. `copy`: what
   * the log says that is kept elsewhere, which confirms nothing.
   */
  readonly kind: 'newest' | 'older' | 'outside' | 'copy';
}

/** The claim in a note of the log that is called so, or why there is none. */
export function readClaim(
  kind: NoteClaim['kind'],
  name: string,
  note: Uint8Array,
): NoteClaim | { readonly why: string } {
  const text = noteText(note);
  if (text === null) return { why: `${name} is no signed note` };
  const checkpoint = parseCheckpoint(text);
  if ('why' in checkpoint) return { why: `${name} is no checkpoint: ${checkpoint.why}` };
  const epoch = parseOrigin(checkpoint.origin)?.epoch;
  if (epoch === undefined) return { why: `${name} has no origin with an epoch` };
  return { ...checkpoint, kind, name, note, epoch };
}
