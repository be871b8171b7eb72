import { embeddedDriver } from '../../../queue/embedded/driver.ts';
import { behavesLikeAQueueDriver } from '../../conformance/queue-driver.ts';

behavesLikeAQueueDriver('the embedded queue', async () => ({ open: embeddedDriver }));
