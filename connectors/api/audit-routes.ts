import { eraseDisclosure } from '../../bot/app/erase-disclosure.ts';
import { type HttpApp, newHttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { type ApiOptions, createCalls } from './call.ts';
import { ErasureBody } from './schema-audit.ts';

/** What an auditor can do with the log beside reading it. */
export function auditRoutes(options: ApiOptions): HttpApp {
  const { context } = options;
  const { post } = createCalls(options);
  const api = newHttpApp();
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
