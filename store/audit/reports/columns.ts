import { toIsoTime } from '../../../bot/core/instant.ts';
import { visible } from '../../../bot/core/visible.ts';
import type { Actor, Subject } from '../replay-shape.ts';
import type { Cell } from './csv.ts';
import type { People } from './people.ts';
import type { Story } from './story.ts';

/** What every report that is about requests says of one, in the same words. */
export const REQUEST_COLUMNS = ['request', 'request_id', 'action', 'target', 'risk'] as const;

export function requestCells({ number, request, action, target, risk }: Subject): readonly Cell[] {
  return [number, request, action, `${target.system}/${target.environment}/${target.resource}`, risk];
}

export const ASKER_COLUMNS = [
  'requester',
  'requester_kind',
  'owner',
  'human',
  'on_behalf_of',
  'on_behalf_of_key',
] as const;

/** Who asked, and which humans stand behind it. */
export function askerCells({ subject, submitted }: Story, people: People): readonly Cell[] {
  const owner = submitted?.data.owner ?? null;
  const { requester, on_behalf_of: onBehalfOf } = subject;
  const kind = submitted?.data.requester.kind ?? null;
  const named = kind === 'human' ? people.key(requester) : people.key(owner);
  return [requester, kind, owner, named, onBehalfOf, people.key(onBehalfOf)];
}

export const PERSON_COLUMNS = ['person', 'person_key'] as const;

export function personCells(person: string | null, people: People): readonly Cell[] {
  return [person, people.key(person)];
}

export function personOf(actor: Actor): string | null {
  return actor.kind === 'person' ? actor.person : null;
}

/** Who did something, whatever it was. */
export function nameOf(actor: Actor): string {
  if (actor.kind === 'person') return actor.person;
  return actor.kind === 'client' ? actor.client : actor.kind;
}

export function timeCell(moment: { readonly at: number } | null): Cell {
  return moment === null ? null : toIsoTime(moment.at);
}

export function seqCell(moment: { readonly seq: number } | null): Cell {
  return moment === null ? null : moment.seq;
}

/** Other people's words: with nothing in them that cannot be seen. */
export function textCell(text: string | undefined): Cell {
  return text === undefined ? null : visible(text);
}

export function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
