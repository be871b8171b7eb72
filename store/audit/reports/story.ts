import { isTerminal, type State } from '../../../bot/core/request.ts';
import type { EntryOf, LoggedDemands, Subject } from '../replay-shape.ts';
import { LATE, STEPS } from '../replay-state.ts';
import type { Noted } from './noted.ts';

interface Moment {
  readonly seq: number;
  readonly at: number;
}

/** What became of one request so far, for people to read. Whether it may be so, the replay says. */
export interface Story {
  readonly number: number;
  readonly id: string;
  /** As the newest entry about it has it. */
  subject: Subject;
  /** Null where it was submitted before the first entry. */
  readonly submitted: (Moment & { readonly data: EntryOf<'request.submitted'>['data'] }) | null;
  readonly reason: string;
  /** As they are in force now. */
  demands: LoggedDemands | null;
  state: State | null;
  /** When each person was first served the view. */
  readonly viewed: Map<string, number>;
  approves: number;
  approved: (Moment & { readonly by: readonly string[] }) | null;
  broken: boolean;
  granted: Moment | null;
  ended: Moment | null;
  /** The entries that tell it, the first ones of them. */
  readonly seqs: number[];
}

/** A request that is discussed for longer is not proven entry by entry. */
const MOST_SEQS = 64;

export interface Stories {
  /** The request that the entry is about, with the entry in it, or null. */
  take(noted: Noted): Story | null;
  /** True once for a request that is over. It is held no longer then. */
  isOver(story: Story): boolean;
  open(): readonly Story[];
}

/** Holds the requests that are open, and nothing that is over. */
export function createStories(): Stories {
  const open = new Map<number, Story>();
  let first: number | null = null;

  const begin = ({ entry, texts }: Noted, subject: Subject): Story | null => {
    const isBirth = entry.type === 'request.submitted';
    if (isBirth) first ??= subject.number;
    // What is over can still be looked at. That makes no new story of it.
    const isStep = STEPS.has(entry.type) && !LATE.has(entry.type) && !isWhole(subject.number);
    if (!isBirth && !isStep) return null;
    const submitted = isBirth ? { seq: entry.seq, at: entry.at, data: entry.data } : null;
    const state = isBirth ? ('pending' as const) : null;
    const { number, request: id } = subject;
    const nothing = { approves: 0, approved: null, broken: false, granted: null, ended: null };
    const reason = texts['reason'] ?? '';
    const demands = submitted?.data.demands ?? null;
    const story = { number, id, subject, submitted, reason, demands, state, ...nothing };
    const told: Story = { ...story, viewed: new Map(), seqs: [] };
    open.set(number, told);
    return told;
  };
  /** Its beginning lies in these entries, so that all of it must be there. */
  const isWhole = (number: number) => first !== null && number >= first;

  return {
    take(noted) {
      const { subject, seq } = noted.entry;
      if (subject === null) return null;
      const story = open.get(subject.number) ?? begin(noted, subject);
      if (story === null) return null;
      story.subject = subject;
      if (story.seqs.length < MOST_SEQS) story.seqs.push(seq);
      tell(story, noted);
      return story;
    },
    isOver: (story) => story.state !== null && isTerminal(story.state) && open.delete(story.number),
    open: () => [...open.values()],
  };
}

function tell(story: Story, { entry }: Noted): void {
  const { seq, at, type } = entry;
  const to = STEPS.get(type)?.to ?? null;
  if (to !== null) story.state = to;
  switch (entry.type) {
    case 'payload.viewed':
      if (!story.viewed.has(entry.data.person)) story.viewed.set(entry.data.person, at);
      break;
    case 'request.reevaluated':
      story.demands = entry.data.demands;
      break;
    case 'review.recorded':
      if (entry.data.verdict === 'approve') story.approves += 1;
      break;
    case 'request.cleared':
      story.approves = 0;
      break;
    case 'request.approved':
      story.approved = { seq, at, by: entry.data.filled_by.flat() };
      break;
    case 'grant.issued':
      story.granted ??= { seq, at };
      break;
    case 'execution.settled':
      story.state = entry.data.status;
      break;
    case 'break_glass.used':
      story.broken = true;
      break;
  }
  if (story.state !== null && isTerminal(story.state)) story.ended = { seq, at };
}
