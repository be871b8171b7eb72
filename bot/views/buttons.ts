import type { Look } from '../app/look-at-request.ts';
import type { Risk } from '../core/request.ts';
import type { Button, Verb } from './button.ts';
import { type FormVerb, formFor, GENTLE, LABELS } from './forms.ts';
import { phraseOf } from './title.ts';
import type { Words } from './words.ts';

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
