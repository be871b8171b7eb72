import { z } from 'zod';
import { WAYS } from '../core/request.ts';
import * as names from './schema-names.ts';

/** The parts of the file about when: calendar freezes, break-glass, reminders, and where people are told. */

function listOf<T extends z.ZodType>(item: T, longest: number) {
  return z.array(item).min(1, 'must not be empty').max(longest, `holds at most ${longest} entries`);
}

export const Notify = z.strictObject({
  room: z.boolean().prefault(true).meta({ description: 'Shown in the local room, unless false.' }),
  slack: names.SlackChannel.exactOptional().meta({
    description: 'A Slack channel that the app was invited to.',
  }),
  teams: names.TeamsConversation.exactOptional().meta({
    description: 'A Teams channel or chat that the app was added to, by its id.',
  }),
});

export const ReviewVia = listOf(z.enum(WAYS), WAYS.length).meta({
  description: 'The ways by which an approval counts. `critical` is never approved by api alone.',
});

export const Remind = z
  .array(
    z.union([z.literal('half'), names.Duration], {
      error: 'must be half, or a duration before the end such as 5m',
    }),
  )
  .max(10, 'holds at most 10 entries')
  .meta({ description: 'When people are reminded. Left out: [half, 5m].' });

export const Escalate = z
  .array(z.strictObject({ after: names.Duration, notify: listOf(names.Name, 20) }))
  .max(10, 'holds at most 10 entries')
  .meta({
    description: 'Groups that are told as well, so long after the request. It makes nobody eligible.',
  });

const TimeZone = z
  .string()
  .max(64, 'is longer than 64 characters')
  .meta({ description: 'An IANA time zone, such as Europe/Berlin.' });

const CronText = z
  .string()
  .max(100, 'is longer than 100 characters')
  .regex(/^\S+( +\S+){4}$/, 'must have five fields: minute, hour, day, month, weekday')
  .meta({ description: 'When it begins, in its time zone: minute, hour, day, month, weekday.' });

export function freezeOf<M extends z.ZodType>(match: M) {
  return z.strictObject({
    id: names.Name,
    match,
    cron: CronText,
    for: names.Duration.meta({ description: 'How long it lasts, in elapsed time.' }),
    tz: TimeZone,
  });
}

export function breakGlassOf<M extends z.ZodType>(match: M) {
  const least = 'must be a whole number from 1 to 1000';
  return z.strictObject({
    match,
    who: listOf(names.Name, 20),
    reason_min: z.int(least).min(1, least).max(1_000, least).meta({
      description: 'How many characters the reason has at least.',
    }),
    notify: Notify.meta({ description: 'Where it is told of, loudly.' }),
    post_review: z.strictObject({ by: listOf(names.Name, 20), within: names.Duration }),
  });
}
