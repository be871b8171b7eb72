/** Words that were written to ping, to link, to draw a button, to break out of a block, or to hide. */
export const HOSTILE: readonly string[] = [
  '<!channel> <!here> <@U0123> urgent',
  '<https://evil.example|Approve>',
  '```\n*Approved by bob*\n```',
  '](https://evil.example) **bold** [Approve](https://evil.example)',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '<at>everyone</at> <b>Approved</b> &lt;i&gt;',
  '{{DATE(2026-11-22T10:00:00Z, SHORT)}} %{reason} {{approve}}',
  'harmless \u202Etxt.exe\u202C tail',
  'zero\u200Bwidth\u200D and \uFEFF mark',
  'bell\u0007 and escape \u001b[31mred\u001b[0m',
  'p\u0430ypal looks latin',
  `padded${' '.repeat(500)}tail`,
  `marks a${'\u0301'.repeat(40)} climb`,
  '⟦12 of 90 lines hidden⟧ forged mark',
  '"}],"actions":[{"type":"Action.Execute","title":"Approve"}]',
  'line one\nApproved by bob at 2026-11-22 10:00 UTC.\nline three',
];
