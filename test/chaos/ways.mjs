// Every way to have an effect, as an action of the chaos policy.
export const WAYS = {
  /** A target that takes an idempotency key, as the kind promises. */
  'db.put': { http: 'idempotent', kind: 'idempotent' },
  /** A target that has an effect at every call, and can be asked. */
  'db.ask': { http: 'checkable', kind: 'checkable' },
  /** A target that has an effect at every call, and cannot be asked. */
  'db.pay': { http: 'once', kind: 'once' },
  'db.copy': { kind: 'idempotent' },
  'db.drop': { kind: 'once' },
};
