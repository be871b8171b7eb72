import type { ActionRequest, Instant, RequestId } from '../core/request.ts';

export interface ErasablePayloads {
  /** Requests that ended by then and whose payload is still here, oldest first. None that somebody has to review. */
  erasablePayloads(endedBefore: Instant, most: number): readonly RequestId[];
}

export interface ErasePayload {
  /** MUST follow its entry, `seq`, and MUST fail on a request that is not over. The digest stays. */
  erasePayload(request: ActionRequest, seq: number): void;
}
