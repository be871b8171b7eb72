import type { Look } from '../app/look-at-request.ts';
import type { ActionRequest } from '../core/request.ts';
import type { Field, Form, Verb } from './button.ts';
import { phraseOf } from './title.ts';
import { said, type Words } from './words.ts';

export const LABELS: Readonly<Record<Verb, string>> = {
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
  // With a number of four digits it fills the title that Slack gives a window.
  'post-review': 'Post-review',
  show: 'Show',
  next: 'Show next',
};

export type FormVerb = Exclude<Verb, 'view' | 'show' | 'next'>;

export const GENTLE: ReadonlySet<Verb> = new Set(['approve', 'clear', 'settle', 'post-review']);

const INTRO: Readonly<Record<FormVerb, string>> = {
  approve: 'This counts as your approval of exactly what the card shows.',
  reject: 'This ends the request. Its requester is told the reason.',
  flag: 'This stops the request and freezes its requester: everything else it has open stops too, until somebody clears it.',
  clear: 'This puts the request back to where people can vote. Votes from before the flag no longer count.',
  revoke: 'This takes the approval back before it is used.',
  stop: 'This asks whatever runs it to end it.',
  settle: 'Nobody could say how this ended. What you say stands in the record as your word.',
  cancel: 'This withdraws the request.',
  'break-glass':
    'In an emergency: you alone approve this, in place of everybody whom it needs. It is announced, and somebody else reviews it afterwards.',
  'post-review':
    'Somebody approved this alone. Say whether that was right; anything else stops what still can be stopped.',
};

export function formFor({ request, names }: Look, verb: FormVerb): Form {
  const requester = names.requester(request);
  const { system, environment, resource } = request.target;
  const where: readonly Words[] =
    verb === 'break-glass' ? [['Target: ', said(`${system}/${environment}/${resource}`)]] : [];
  return {
    verb,
    title: `${LABELS[verb]} request ${request.number}`,
    intro: [[...phraseOf(request), ', asked by ', said(requester), '.'], [INTRO[verb]], ...where],
    fields: fieldsOf(verb, requester, request),
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

const TARGET: Field = {
  name: 'confirm_target',
  label: 'The target, typed out',
  hint: 'As it stands above: system/environment/resource.',
  required: true,
  multiline: false,
  least: 1,
  most: 400,
  choices: null,
};

function choice(name: Field['name'], label: string, choices: NonNullable<Field['choices']>): Field {
  return { name, label, hint: '', required: true, multiline: false, least: 0, most: 100, choices };
}

function fieldsOf(verb: FormVerb, requester: string, { demands }: ActionRequest): readonly Field[] {
  if (verb === 'break-glass') {
    // Each way in has a length of its own, and whoever decides counts again.
    const least = Math.min(...demands.breakGlass.map(({ reasonMin }) => reasonMin));
    const hint = `At least ${least} characters. ${COMMENT.hint}`;
    return [{ ...COMMENT, hint, least }, TARGET];
  }
  if (verb === 'post-review') {
    const choices = [
      { value: 'approve', label: 'It was right' },
      { value: 'reject', label: 'It was not right: stop what still can be' },
      { value: 'flag', label: `It was not right: stop it, and freeze ${requester}` },
    ];
    return [choice('verdict', 'Your verdict', choices), COMMENT];
  }
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
