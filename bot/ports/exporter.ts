import type { PersonId } from '../core/request.ts';
import type { SignedCheckpoint } from './checkpoints.ts';

export interface ExportOrder {
  /** Both in the log and under the checkpoint, and the first not after the last. */
  readonly from: number;
  readonly to: number;
  readonly reports: readonly string[];
  readonly checkpoint: SignedCheckpoint;
  /** `<log name>/<epoch>`. */
  readonly origin: string;
  /** Null for an archive, which nobody asked for. */
  readonly by: PersonId | null;
  readonly at: number;
}

/** A bundle on its way: a `.tar.gz`, piece by piece. Whoever stops reading ends it. */
export interface Bundle {
  readonly name: string;
  readonly entries: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * Makes bundles of the log. Everything in one MUST be as of one moment, while others go on writing. It
 * MUST hold no more memory for a long log than for a short one, and end by itself when nobody takes
 * what it gives.
 */
export interface Exporter {
  readonly reportNames: readonly string[];
  /** False while as many are under way as may be. */
  hasRoom(): boolean;
  start(order: ExportOrder): Bundle;
}
