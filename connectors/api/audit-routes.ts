import { eraseDisclosure } from '../../bot/app/erase-disclosure.ts';
import { exportAudit } from '../../bot/app/export-audit.ts';
import type { Bundle } from '../../bot/ports/exporter.ts';
import { type HttpApp, newHttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { type ApiOptions, createCalls } from './call.ts';
import { ErasureBody, ExportBody } from './schema-audit.ts';

/** What an auditor can do with the log beside reading it. */
export function auditRoutes(options: ApiOptions): HttpApp {
  const { context, exporter } = options;
  const { post } = createCalls(options);
  const api = newHttpApp();
  api.post(
    '/v1/audit/exports',
    post('export', 'person', ExportBody, async (_http, caller, { from, to, reports }) => {
      const asked = { from: from ?? null, to: to ?? null, reports: reports ?? null };
      const exported = await exportAudit(context, exporter, caller, asked);
      return exported.ok ? bundleAnswer(exported.bundle) : exported;
    }),
  );
  api.post(
    '/v1/audit/erasures',
    post('erase', 'person', ErasureBody, async (_http, caller, said) => {
      const erased = await eraseDisclosure(context, caller, said);
      if (!erased.ok) return erased;
      const { seq, field } = said;
      return jsonAnswer({ seq, field, erased_by: erased.seq, file: erased.purged });
    }),
  );
  return api;
}

function bundleAnswer({ name, entries, pieces }: Bundle): Response {
  const headers = {
    'content-type': 'application/gzip',
    'content-disposition': `attachment; filename="${name}"`,
    'keyturn-entries': String(entries),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return new Response(ReadableStream.from(pieces) as ReadableStream<Uint8Array>, { headers });
}
