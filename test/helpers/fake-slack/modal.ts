import { type Fields, isFields } from './shapes.ts';
import { checkView, type OpenView, type Views } from './views.ts';

/** What Slack does with the answer to a submission: nothing closes the modal, the rest as it says. */
export function takeSubmissionAnswer(views: Views, open: OpenView, body: Fields): void {
  const view = () => {
    if (!isFields(body['view'])) throw new Error(`${String(body['response_action'])} needs a view`);
    return checkView(body['view'], 'modal');
  };
  const action = body['response_action'];
  if (action === undefined) views.close(open.user, false);
  else if (action === 'clear') views.close(open.user, true);
  else if (action === 'update') views.replace(open, view());
  else if (action === 'push') views.show(open.user, view(), open);
  else if (action !== 'errors') throw new Error(`Slack knows no response_action ${String(action)}`);
}
