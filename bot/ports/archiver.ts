import type { Digest } from '../core/digest.ts';
import type { Bundle } from './exporter.ts';

/** Where entries go whose time here is over. */
export interface Archiver {
  /** Settles once the bundle is whole and on disk there, readable by its owner alone. */
  keep(bundle: Bundle): Promise<Digest>;
}
