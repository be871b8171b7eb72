import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plain, visibleJson } from '../../../connectors/guard/text.ts';

const FOREIGN = [
  '##[add-mask]e',
  '##vso[task.setvariable variable=A]b',
  '###[x]',
  '##',
  '[',
  'a # b',
  '\n::error::e',
];
const texts = fc.array(fc.constantFrom(...FOREIGN)).map((parts) => parts.join(''));

it('no foreign text is a command to a runner of CI, wherever it stands in a line', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(plain(text)).not.toMatch(/##\w*\[|\n/);
    }),
  );
  expect(plain('issue #12, ## heading [1]')).toBe('issue #12, ## heading [1]');
});

it('JSON that is printed holds no such command, and means the same', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(visibleJson({ text })).not.toMatch(/##\w*\[/);
      expect(JSON.parse(visibleJson({ text }))).toEqual({ text });
    }),
  );
});
