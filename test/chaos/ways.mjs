// Every way to have an effect, as an action of the chaos policy.
export const WAYS = {
  /** A target that takes an idempotency key, as the kind promises. */
  'db.put': { http: 'idempotent', kind: 'idempotent' },
  /** A target that has an effect at every call, and can be asked. */
  'db.ask': { http: 'checkable', kind: 'checkable' },
  /** The same, and it takes two seconds. Only frozen: time is skipped after a kill, and the first call would still run. */
  'db.wait': { http: 'slow', kind: 'checkable' },
  /** A target that has an effect at every call, and cannot be asked. */
  'db.pay': { http: 'once', kind: 'once' },
  /** The same, and what may run once. Only where the disk is full: its outcome is all that is at stake. */
  'db.slow': { http: 'slow', kind: 'once' },
  'db.copy': { kind: 'idempotent' },
  'db.drop': { kind: 'once' },
};
