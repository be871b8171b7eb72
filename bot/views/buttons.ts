import type { Look } from '../app/look-at-request.ts';
import type { Risk } from '../core/request.ts';
import type { Button, Field, Form, Verb } from './button.ts';
import { phraseOf } from './title.ts';
import { said, type Words } from './words.ts';

const LABELS: Readonly<Record<Verb, string>> = {
  approve: 'Approve',
  reject: 'Reject',
  flag: 'Flag',
  view: 'View full payload',
  clear: 'Clear',
  revoke: 'Revoke',
  stop: 'Stop',
  settle: 'Settle',
  cancel: 'Cancel request',
  'break-glass': 'Break glass',
  show: 'Show',
  next: 'Show next',
};

const ASKS_TWICE: ReadonlySet<Risk> = new Set(['high', 'critical']);

/** What everybody may try from the card. Who may not is told why, so nobody's card differs. */
export function cardButtons(look: Look): readonly Button[] {
  switch (look.request.state) {
    case 'pending':
      return [approve(look), withForm(look, 'reject'), withForm(look, 'flag'), plain(look, 'view')];
    case 'flagged':
      return [withForm(look, 'clear'), withForm(look, 'reject'), plain(look, 'view')];
    default:
      return [];
  }
}

/** What can still be done from a card that one person asked for: there is more than deciding. */
export function ownButtons(look: Look): readonly Button[] {
  switch (look.request.state) {
    case 'approved':
      return [withForm(look, 'revoke'), withForm(look, 'flag'), plain(look, 'view')];
    case 'executing':
      return [withForm(look, 'stop'), withForm(look, 'flag'), plain(look, 'view')];
    case 'unknown':
      return [withForm(look, 'settle'), plain(look, 'view')];
    case 'pending':
    case 'flagged':
      return cardButtons(look);
    default:
      return [plain(look, 'view')];
  }
}

export function button(verb: Verb, about: { readonly request: string; readonly digest: string }): Button {
  return { verb, label: LABELS[verb], style: 'plain', ...about, confirm: null, form: null };
}

function plain({ request }: Look, verb: Verb): Button {
  return button(verb, { request: request.id, digest: request.actionDigest });
}

function approve(look: Look): Button {
  const { request } = look;
  const { risk, comment } = request.demands;
  const text: Words = [
    'This releases exactly what the card shows: ',
    ...phraseOf(request),
    `. Risk: ${risk}.`,
  ];
  return {
    ...plain(look, 'approve'),
    style: 'primary',
    // Where a comment is demanded, writing it is the second look.
    confirm:
      ASKS_TWICE.has(risk) && !comment.approve
        ? { title: 'Approve?', text, yes: 'Approve', no: 'Go back' }
        : null,
    form: comment.approve ? formFor(look, 'approve') : null,
  };
}

function withForm(look: Look, verb: FormVerb): Button {
  return { ...plain(look, verb), style: GENTLE.has(verb) ? 'plain' : 'danger', form: formFor(look, verb) };
}

export type FormVerb = 'approve' | 'reject' | 'flag' | 'clear' | 'revoke' | 'stop' | 'settle' | 'cancel';

const GENTLE: ReadonlySet<Verb> = new Set(['approve', 'clear', 'settle']);

const INTRO: Readonly<Record<FormVerb, string>> = {
  approve: 'This counts as your approval of exactly what the card shows.',
  reject: 'This ends the request. Its requester is told the reason.',
  flag: 'This stops the request and freezes its requester: everything else it has open stops too, until somebody clears it.',
  clear: 'This puts the request back to where people can vote. Votes from before the flag no longer count.',
  revoke: 'This takes the approval back before it is used.',
  stop: 'This asks whatever runs it to end it.',
  settle: 'Nobody could say how this ended. What you say stands in the record as your word.',
  cancel: 'This withdraws the request.',
};

export function formFor({ request, names }: Look, verb: FormVerb): Form {
  const requester = names.requester(request);
  return {
    verb,
    title: `${LABELS[verb]} request ${request.number}`,
    intro: [[...phraseOf(request), ', asked by ', said(requester), '.'], [INTRO[verb]]],
    fields: fieldsOf(verb, requester),
    submit: LABELS[verb],
    style: GENTLE.has(verb) ? 'primary' : 'danger',
    request: request.id,
    digest: request.actionDigest,
  };
}

const COMMENT: Field = {
  name: 'comment',
  label: 'Why',
  hint: 'Everybody who can see this request can read it.',
  required: true,
  multiline: true,
  least: 1,
  most: 2000,
  choices: null,
};

function choice(name: Field['name'], label: string, choices: NonNullable<Field['choices']>): Field {
  return { name, label, hint: '', required: true, multiline: false, least: 0, most: 100, choices };
}

function fieldsOf(verb: FormVerb, requester: string): readonly Field[] {
  if (verb === 'settle') {
    const choices = [
      { value: 'succeeded', label: 'It succeeded' },
      { value: 'failed', label: 'It failed' },
    ];
    return [choice('status', 'How it ended', choices), COMMENT];
  }
  if (verb === 'clear') {
    const choices = [
      { value: 'keep', label: `${requester} stays frozen` },
      { value: 'lift', label: `${requester} may ask again` },
    ];
    return [choice('freeze', 'Its requester', choices), COMMENT];
  }
  return verb === 'cancel' ? [] : [COMMENT];
}
