import type { ExportOrder } from '../../bot/ports/exporter.ts';

/** VERIFY.md: how somebody who has nothing of Keyturn checks this bundle. Its commands are run by a test. */
export function verifyText(_name: string, _order: ExportOrder): string {
  return '# Verify\n';
}
