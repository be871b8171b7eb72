import type { RequestCard } from './request-card.ts';
import type { Words } from './words.ts';

export const SAMPLE_SAYS: Words = ['This is a sample that keyturn doctor sent. Nothing can be decided here.'];

/** A card as one looks, with nothing behind it: it has no button that does anything. */
export const SAMPLE: RequestCard = {
  request: 'sample',
  number: 0,
  digest: `sha256:${'0'.repeat(64)}`,
  state: 'pending',
  risk: 'high',
  title: ['Approval needed: export orders from postgres/prod'],
  facts: [
    { label: 'Requester', value: ['deploy-agent (agent, verified by API token)'] },
    { label: 'Action', value: ['db.export (as claimed)'] },
    { label: 'Target', value: ['postgres/prod/orders (as claimed)'] },
    { label: 'Risk', value: ['high'] },
    { label: 'Seats', value: ['dba 0/1, security 0/1'] },
  ],
  why: { label: "Why (the requester's own words)", value: [{ untrusted: 'FIN-231 monthly reconciliation' }] },
  links: null,
  preview: { untrusted: 'COPY orders TO STDOUT' },
  hidden: null,
  outcome: null,
  footer: ['Sample · no request stands behind it'],
  buttons: [],
};
