import type { Context, PersonCaller } from '../app/context.ts';
import { lookAt } from '../app/look-at-request.ts';
import { mayRead } from '../app/readers.ts';
import { toAdaptiveCard } from '../cards/adaptive.ts';
import { toIsoTime } from '../core/instant.ts';
import { toPlace } from '../core/place.ts';
import type { ActionRequest, RequestId } from '../core/request.ts';
import type { Post } from '../ports/notice.ts';
import { ROOM } from './messenger.ts';
import type { Direct, Message } from './wire.ts';

/** What a page shows at once. Older requests come by `show N`; open ones are always there. */
const MOST_CARDS = 60;
const MOST_OPEN = 200;
const MOST_LINES = 100;
const MOST_DIRECTS = 10;
