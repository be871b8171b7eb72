import { z } from 'zod';
import { REFUSALS } from '../core/refusal.ts';
import * as names from './schema-names.ts';

const TargetText = z
  .string()
  .regex(
    /^[A-Za-z0-9._-]{1,64}\/[A-Za-z0-9._-]{1,64}\/[A-Za-z0-9._:@/-]{1,256}$/,
    'must be a target such as postgres/prod/orders',
  );

const A_TIME = 'must be a time such as 2026-11-28T20:00:00Z';

/** A request as `policy test` and `policy explain` take it. */
export const TestRequest = z.strictObject({
  action: names.ActionName,
  target: TargetText,
  requester: names.Name.meta({ description: 'A client or a person.' }),
  on_behalf_of: names.Name.exactOptional(),
  payload: z.record(z.string(), z.unknown()).prefault({}),
  at: z.iso.datetime({ offset: true, error: A_TIME }).exactOptional().meta({
    description: 'When it is asked. Left out, now.',
  }),
});
export type TestRequest = z.infer<typeof TestRequest>;

const Seat = z.strictObject({
  from: z.array(names.Name).min(1, 'must not be empty').max(20, 'holds at most 20 groups'),
  count: z.int('must be a whole number').min(1, 'must be 1 or more'),
});

const list = (most: number) => z.array(names.Name).max(most, `holds at most ${most} names`).exactOptional();

export const PolicyTest = z.strictObject({
  name: names.line(200),
  request: TestRequest,
  /** What is left out is not looked at; an empty list means none. */
  expect: z
    .strictObject({
      effect: z.enum(['allow', 'require', 'deny']).exactOptional(),
      plans: list(200),
      rules: list(500),
      risk: names.Risk.exactOptional(),
      seats: z.array(Seat).max(100, 'holds at most 100 seats').exactOptional(),
      excluded: list(300),
      tell: names.line(500).nullable().exactOptional(),
      refusal: z.enum(REFUSALS).exactOptional(),
    })
    .refine((expected) => Object.keys(expected).length > 0, 'must expect something'),
});
export type PolicyTest = z.infer<typeof PolicyTest>;
