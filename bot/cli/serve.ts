import { Command } from 'commander';
import { httpEndpoint } from '../../queue/events/endpoint.ts';
import { fileSink } from '../../queue/sinks/file.ts';
import { webhookSink } from '../../queue/sinks/webhook.ts';
import { type Config, compose, type Keyturn, type Ports } from '../compose.ts';
import { createDemo } from '../demo/demo.ts';
import { every } from '../every.ts';
import { createLogger } from '../logger.ts';
import { operatorLog } from '../operator-log.ts';
import type { SinkSettings } from '../policy-file/keeping-settings.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { Logger } from '../ports/logger.ts';
import { systemRandom } from '../random.ts';
import { createFileWatch, type FileWatch } from '../watch-file.ts';
import { configFile, readConfiguration } from './configuration.ts';

/** sysexits.h: EX_IOERR. A supervisor starts us again, and the start reads what is really there. */
const EXIT_STORAGE = 74;

/** A changed file is in force after two looks. */
const LOOK_MS = 500;

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the bot; without a keyturn.yaml, a demo')
    .option('--config <file>', 'the policy file, instead of KEYTURN_CONFIG or ./keyturn.yaml')
    .action(async ({ config }: { config?: string }) => {
      const file = configFile(config, process.env);
      await (file === null ? serveDemo() : serve(file));
    });
}

async function serve(file: string): Promise<void> {
  // Before the first look at the file: what is written after it is a change.
  const watch = createFileWatch(file);
  const config = readConfiguration(file, process.env);
  const logger = createLogger(process.env['LOG_LEVEL'] ?? 'info');
  const ports = realPorts(logger);
  const keyturn = await compose(config, {
    ...ports,
    sinks: config.keeping.sinks.map(openSink),
    endpoints: config.events.map((one) =>
      httpEndpoint(one, { wall: Date.now, addressRule: one.addressRule }),
    ),
    couriers: (context) => [operatorLog(() => context().store.committed, logger)],
  });
  // Before it is said that we listen: whoever reads that may send a signal at once.
  const stopReloading = reloadOnChange(keyturn, watch, () => readConfiguration(file, process.env), logger);
  stopOnSignal(async () => {
    await stopReloading();
    await keyturn.stop();
  }, logger);
  logger.info('listening', {
    host: config.listen.host,
    port: keyturn.port,
    log: config.log,
    dataDir: config.dataDir,
    verifierKey: verifierKeyOf(keyturn),
  });
}

function openSink(sink: SinkSettings): EventSink {
  return sink.kind === 'file' ? fileSink(sink.path) : webhookSink(sink.variable, sink.url);
}

async function serveDemo(): Promise<void> {
  const print = (text: string) => void process.stdout.write(text);
  const demo = createDemo(process.env, print);
  const logger = createLogger(process.env['LOG_LEVEL'] ?? 'warn');
  const ports = realPorts(logger);
  const keyturn = await compose(demo.config, {
    ...ports,
    couriers: (context) => [demo.terminal(() => context().store.committed)],
  });
  stopOnSignal(keyturn.stop, logger);
  print(demo.welcome(keyturn.port, ports.random, Date.now()));
  print(`The log is signed. To verify it, hold this key: ${verifierKeyOf(keyturn)}\n\n`);
}

/** What an auditor has to be given by another way than with the log. */
function verifierKeyOf({ context }: Keyturn): string {
  return context.notary.keyFor(context.store.committed.tree.origin());
}

function realPorts(logger: Logger): Omit<Ports, 'couriers'> {
  return {
    logger,
    clock: { wall: () => Date.now(), steady: () => performance.now() },
    random: systemRandom(),
    onBroken(cause) {
      logger.error('the store failed; what was committed is read at the next start', {
        cause: String(cause),
      });
      process.exit(EXIT_STORAGE);
    },
  };
}

/** On SIGHUP in any case, and by itself once the file is another one. */
function reloadOnChange(
  { reload }: Keyturn,
  watch: FileWatch,
  read: () => Config,
  logger: Logger,
): () => Promise<void> {
  process.on('SIGHUP', () => {
    reload(read).catch((cause: unknown) =>
      logger.error('the policy could not be reloaded', { cause: String(cause) }),
    );
  });
  let isDue = false;
  const look = async () => {
    isDue = watch.hasChanged() || isDue;
    if (isDue) await reload(read);
    // Not before it is done: what could not be recorded is tried again.
    isDue = false;
  };
  return every(LOOK_MS, 'policy file', look, logger);
}

function stopOnSignal(stop: () => Promise<void>, logger: Logger): void {
  let stopping = false;
  const once = (signal: string) => {
    // The second signal is a person who does not want to wait. The store is safe either way.
    if (stopping) process.exit(130);
    stopping = true;
    logger.info('stopping', { signal });
    stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        logger.error('did not stop cleanly', { cause: String(cause) });
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', once);
  process.on('SIGTERM', once);
}
