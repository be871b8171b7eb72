import type { Words } from './words.ts';

/** What a button or a form does. `view` shows the whole payload to the clicker alone. */
export const VERBS = [
  'approve',
  'reject',
  'flag',
  'view',
  'clear',
  'revoke',
  'stop',
  'settle',
  'cancel',
  'break-glass',
  'post-review',
  'show',
  'next',
] as const;
export type Verb = (typeof VERBS)[number];

/**
 * A face sends back verb, request and digest as they stand here. The digest is what the person saw:
 * a stored one that differs refuses.
 */
export interface Button {
  readonly verb: Verb;
  readonly label: string;
  readonly style: 'primary' | 'danger' | 'plain';
  readonly request: string;
  readonly digest: string;
  /** Asked before the click counts. Null: the click counts at once, or `form` is asked. */
  readonly confirm: Confirm | null;
  /** Asked for after the click; the verb happens when it is sent. */
  readonly form: Form | null;
}

interface Confirm {
  readonly title: string;
  readonly text: Words;
  readonly yes: string;
  readonly no: string;
}

/** A modal, or what the face has for one. The answer is the fields by name, for the same verb. */
export interface Form {
  readonly verb: Verb;
  readonly title: string;
  readonly intro: readonly Words[];
  readonly fields: readonly Field[];
  readonly submit: string;
  readonly style: 'primary' | 'danger' | 'plain';
  readonly request: string;
  readonly digest: string;
}

export interface Field {
  readonly name: 'comment' | 'confirm_target' | 'status' | 'freeze' | 'verdict';
  readonly label: string;
  readonly hint: string;
  readonly required: boolean;
  readonly multiline: boolean;
  readonly least: number;
  readonly most: number;
  /** Where one of these has to be chosen. */
  readonly choices: readonly { readonly value: string; readonly label: string }[] | null;
}
