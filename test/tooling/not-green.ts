/**
 * Tests that are left out of a run for now, each with why. The list is printed at every run, and is to
 * be emptied: what stands here is not shown to work.
 */
export const NOT_GREEN: Readonly<Record<string, string>> = {
  'test/model/model.test.ts':
    'red since the merge of reload, execution and linking: model and product differ',
  'test/model/model.more.test.ts': 'the other half of the same',
  'test/model/mutants.test.ts': 'needs a model that is green, and new places for some mutants',
};
