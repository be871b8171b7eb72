import type { KnownBlock } from '@slack/types';
import { SAMPLE, SAMPLE_SAYS } from '../views/sample-card.ts';
import { cardBlocks } from './card-blocks.ts';
import { bold } from './rich.ts';

export function sampleBlocks(): readonly KnownBlock[] {
  return [bold(SAMPLE_SAYS), ...cardBlocks(SAMPLE).blocks];
}
