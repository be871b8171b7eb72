import { expect, it } from 'vitest';
import { hunt } from './hunt.ts';

it('keeps every invariant over 500 histories', async () => {
  expect(await hunt({ seed: 1, histories: 500 })).toBeNull();
}, 600_000);
