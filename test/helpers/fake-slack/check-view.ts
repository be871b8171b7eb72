import { blockErrors } from './check-blocks.ts';
import { plainText } from './check-elements.ts';
import { LIMITS } from './limits.ts';
import { anyString, boolean, type Check, isFields, object, oneOf, type Report, string } from './shapes.ts';

const title = plainText(LIMITS.modalTitle);
const anything: Check = () => {};
const common = {
  private_metadata: string(LIMITS.privateMetadata, 0),
  callback_id: string(LIMITS.id),
  external_id: string(LIMITS.id),
};

const VIEWS: Readonly<Record<string, Check>> = {
  modal: object(
    { type: oneOf('modal'), title, blocks: anything },
    {
      ...common,
      submit: title,
      close: title,
      clear_on_close: boolean,
      notify_on_close: boolean,
      submit_disabled: boolean,
    },
  ),
  home: object({ type: oneOf('home'), blocks: anything }, { ...common, title: anyString }),
};

/** Slack's messages for a view, with pointers that start at `/view`. */
export function viewErrors(view: unknown): readonly string[] {
  const errors: string[] = [];
  const report: Report = (message, at) => errors.push(`${message} [json-pointer:${at}]`);
  if (!isFields(view)) return ['must provide an object [json-pointer:/view]'];
  const check = VIEWS[String(view['type'])];
  if (check === undefined) return [`unsupported type: ${String(view['type'])} [json-pointer:/view/type]`];
  check(view, '/view', report);
  errors.push(...blockErrors(view['blocks'], '/view/blocks', LIMITS.blocksInView));
  const blocks = Array.isArray(view['blocks']) ? view['blocks'] : [];
  const asks = blocks.some((block) => isFields(block) && block['type'] === 'input');
  if (view['type'] === 'modal' && asks && view['submit'] === undefined)
    report('missing required field: submit', '/view');
  return errors;
}
