import { readOptions, report } from './lib/child.mjs';
import { inParallel, openUseCases } from './lib/use-cases.mjs';

/**
 * A child process: fills a data directory through the use cases, so that every row and entry in it is
 * one that Keyturn wrote. Of ten requests `pending` still wait; the others ended in three ways.
 */
const { dir, count, pending } = readOptions();
const clock = { wall: () => Date.now(), steady: () => performance.now() };
const { submit, cancelled, rejected, cycle, close } = await openUseCases(dir, clock);
const endings = [cycle, rejected, cancelled];
await inParallel(count, 200, (nth) => (nth % 10 < pending ? submit : endings[nth % 3])(`filled-${nth}`));
await close();
report({ count });
