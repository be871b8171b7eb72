// Which runs there are: every way to have an effect, every fault, every point.
import { WAYS } from './ways.mjs';

const AROUND_A_CALL = [
  'before the call',
  'connected',
  'the call was handed over',
  'the answer began',
  'the answer ended',
];
const AROUND_A_PROGRAM = ['before the program', 'the program runs', 'the program ended'];
const AROUND_A_CLAIM = [
  'before the answer',
  'after the answer',
  'before UPDATE requests',
  'before COMMIT',
  'after COMMIT',
  'before mkdirSync',
  'before fsyncSync',
];
/** Where a worker on another machine may be when it dies, beside those around its effect. */
const AROUND_THE_BOT = ['before claim', 'claim is answered', 'before outcome', 'outcome is answered'];
const IN_REDIS = ['before the wake-up', 'the wake-up is in Redis'];
const REDIS_FAULTS = ['redis killed', 'redis flushed', 'redis frozen', 'redis away at start'];

/** Points that a long run MUST have seen fire; a short one arms each of them by name. */
export const NAMED = [
  ...AROUND_THE_BOT,
  ...AROUND_A_CLAIM,
  ...AROUND_A_CALL,
  ...AROUND_A_PROGRAM,
  ...IN_REDIS,
];

const named = (driver, action, fault, names) =>
  names.map((name) => ({ driver, action, fault, arm: { name, skip: 0 } }));

const atWorker = (action, fault, names) =>
  named('workers', action, fault, names).map((run) => ({ ...run, at: 'worker' }));

/** A few dozen, each with the name of its point. */
export const SHORT = [
  ...named('embedded', 'db.pay', 'kill', [...AROUND_A_CLAIM, ...AROUND_A_CALL]),
  ...named('embedded', 'db.ask', 'freeze', AROUND_A_CALL),
  ...named('embedded', 'db.wait', 'freeze', ['the call was handed over']),
  ...named('embedded', 'db.drop', 'kill', AROUND_A_PROGRAM),
  ...named('bullmq', 'db.ask', 'kill', [...IN_REDIS, 'the call was handed over', 'the answer ended']),
  ...['redis killed', 'redis flushed', 'redis frozen'].flatMap((fault) =>
    named('bullmq', 'db.pay', fault, ['the wake-up is in Redis']),
  ),
  { driver: 'bullmq', action: 'db.put', fault: 'redis away at start', arm: {} },
  ...atWorker('db.pay', 'kill', ['claim is answered', 'the call was handed over']),
  ...atWorker('db.ask', 'kill', ['claim is answered', 'the answer ended', 'before outcome']),
  ...atWorker('db.ask', 'freeze', ['claim is answered', 'connected', 'the call was handed over']),
  ...atWorker('db.copy', 'kill', ['before claim', 'outcome is answered']),
  { driver: 'small disk', action: 'db.wait', fault: 'disk full', arm: {} },
  { driver: 'small disk', action: 'db.slow', fault: 'disk full', arm: {} },
  ...named('small disk', 'db.pay', 'disk fills up', ['before COMMIT', 'after COMMIT', 'the answer ended']),
  ...named('workers', 'db.pay', 'kill', ['after COMMIT']),
  ...named('workers', 'db.ask', 'redis flushed', ['the wake-up is in Redis']),
];

/**
 * Series without end. One series walks every point in turn, from the first after the approval to the
 * last; the rounds differ in what else happens.
 */
export function* series() {
  for (let round = 0; ; round += 1) {
    for (const action of Object.keys(WAYS).filter((name) => name !== 'db.slow')) {
      for (const driver of ['embedded', 'bullmq', 'bullmq with AOF']) {
        if (action !== 'db.wait') yield { driver, action, fault: 'kill', killsAgain: round > 0 };
        if (driver !== 'bullmq with AOF') yield { driver, action, fault: 'freeze', killsAgain: false };
      }
      if (action !== 'db.wait') {
        yield { driver: 'workers', action, fault: 'kill', killsAgain: false };
        yield { driver: 'workers', action, fault: 'kill', at: 'worker', killsAgain: false };
        yield { driver: 'workers', action, fault: 'freeze', at: 'worker', killsAgain: false };
      }
    }
    for (const action of ['db.wait', 'db.slow'])
      yield { driver: 'small disk', action, fault: 'disk full', killsAgain: false };
    for (const action of ['db.pay', 'db.ask', 'db.drop'])
      yield { driver: 'small disk', action, fault: 'disk fills up', killsAgain: false };
    for (const fault of REDIS_FAULTS) {
      if (fault !== 'redis away at start')
        yield { driver: 'workers', action: 'db.ask', fault, at: 'worker', killsAgain: false };
      const driver = round % 2 === 0 ? 'bullmq' : 'bullmq with AOF';
      yield {
        driver,
        action: ['db.put', 'db.ask', 'db.pay', 'db.copy', 'db.drop'][round % 5],
        fault,
        killsAgain: false,
      };
    }
  }
}
