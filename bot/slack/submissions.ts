import type { ModalView } from '@slack/types';
import type { Answer, Click, Desk } from '../commands/answer.ts';
import { answerBlocks } from './answer-blocks.ts';
import { asPerson } from './caller.ts';
import type { SlackDirectory } from './directory.ts';
import { blocksModal, formModal, textModal } from './modals.ts';
import { FormMetadata, ViewSubmission } from './schema.ts';
import { replaceModal, type SurfaceTools } from './surfaces.ts';

/** Slack closes a modal whose answer takes three seconds, and says that the app failed. */
const ANSWER_WITHIN_MS = 2_000;

/** What a submission may be acked with: it stays open and shows this. */
type Ack = (answer: { readonly response_action: 'update'; readonly view: ModalView }) => Promise<void>;

export interface SubmissionParts {
  readonly tools: SurfaceTools;
  readonly directory: SlackDirectory;
  readonly desk: Desk;
}

/** A filled form becomes the same click as its button, with the fields. The answer takes the form's place. */
export async function onSubmit(
  { tools, directory, desk }: SubmissionParts,
  body: unknown,
  ack: Ack,
): Promise<void> {
  const read = ViewSubmission.safeParse(body);
  if (!read.success) {
    tools.logger.warn('slack: a form could not be read');
    return ack(
      show(
        textModal('Keyturn', [
          ['This form could not be read, so nothing was done. Open it again from the card.'],
        ]),
      ),
    );
  }
  const { user, view } = read.data;
  const click = toClick(read.data);
  if (click === null)
    return ack(
      show(
        textModal('Keyturn', [
          ['This form is from an older version, so nothing was done. Open it again from the card.'],
        ]),
      ),
    );
  const account = { user: user.id, team: user.team_id ?? null };
  const answer = asPerson({ directory, desk }, account, click.verb, true, (caller) =>
    desk.click(caller, click),
  ).then(answerModal, () =>
    textModal('Keyturn', [['Keyturn could not do this. Nothing was done. Please try again.']]),
  );
  const first = await within(answer, ANSWER_WITHIN_MS);
  if (first !== null) return ack(show(first));
  await ack(show(textModal('Keyturn', [['One moment …']])));
  await replaceModal(tools, view.id, await answer);
}

function answerModal(answer: Answer): ModalView {
  switch (answer.kind) {
    case 'text':
    case 'card':
    case 'list': {
      const { title, blocks } = answerBlocks(answer);
      return blocksModal(title, blocks);
    }
    case 'form':
      return formModal(answer.form);
    // No form asks for one of these.
    case 'file':
    case 'full-view':
      return textModal('Keyturn', [['This was done, and there is nothing more to show here.']]);
  }
}

function toClick({ view }: ViewSubmission): Click | null {
  try {
    const data = FormMetadata.safeParse(JSON.parse(view.private_metadata));
    return data.success ? { ...data.data, fields: fieldsOf(view) } : null;
  } catch {
    return null;
  }
}

/** By the name that `modals.ts` gave to the block. A field that was left empty is not there. */
function fieldsOf(view: ViewSubmission['view']): Readonly<Record<string, string>> {
  const filled: [string, string][] = [];
  for (const [name, inputs] of Object.entries(view.state.values)) {
    const [input] = Object.values(inputs);
    const value = input?.value ?? input?.selected_option?.value;
    if (value !== undefined && value !== null) filled.push([name, value]);
  }
  return Object.fromEntries(filled);
}

function show(view: ModalView) {
  return { response_action: 'update', view } as const;
}

function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
