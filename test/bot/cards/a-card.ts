import type { Button } from '../../../bot/views/button.ts';
import type { RequestCard } from '../../../bot/views/request-card.ts';

const DIGEST = `sha256:${'3f'.repeat(32)}`;

function aButton(verb: Button['verb'], label: string, style: Button['style']): Button {
  return { verb, label, style, request: 'req_1', digest: DIGEST, confirm: null, form: null };
}

/** A card that has every part, with this text wherever somebody else could have written it. */
export function aCard(theirs = 'x', ours = 'y', changes: Partial<RequestCard> = {}): RequestCard {
  const untrusted = { untrusted: theirs };
  return {
    request: 'req_1',
    number: 1042,
    digest: DIGEST,
    state: 'approved',
    risk: 'high',
    title: ['Approval needed: ', untrusted],
    facts: [
      { label: 'Requester', value: [ours] },
      { label: 'Action', value: [untrusted, ', as claimed'] },
    ],
    why: { label: 'Why, in the requester’s own words', value: [untrusted] },
    links: { label: 'Requester’s links', urls: [untrusted] },
    preview: untrusted,
    hidden: '48 of 60 lines are not shown.',
    outcome: [['Approved by ', ours, ': ', untrusted]],
    footer: ['Request 1042 · ', ours],
    buttons: [
      aButton('approve', 'Approve', 'primary'),
      aButton('reject', 'Reject', 'danger'),
      aButton('view', 'View full payload', 'plain'),
    ],
    ...changes,
  };
}
