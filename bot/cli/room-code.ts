import { Command } from 'commander';
import { KeyturnFault } from '../core/fault.ts';
import { DEMO_PEOPLE } from '../demo/policy.ts';
import { systemRandom } from '../random.ts';
import { CODE_LIFE_MS, openCodeFolder } from '../room/code-folder.ts';
import { configFile, readPlace } from './configuration.ts';
import { demoDataDir } from './default-database.ts';

export function roomCommand(): Command {
  const room = new Command('room').description('the local room');
  room
    .command('code')
    .description('print a single-use code with which this person can sign in to the room')
    .argument('<person>', 'the name in keyturn.yaml, such as alice')
    .option('--config <file>', 'the policy file, instead of KEYTURN_CONFIG or ./keyturn.yaml')
    .action((person: string, { config }: { config?: string }) => {
      const { dataDir, people } = installation(config);
      if (!people.includes(person)) {
        throw new KeyturnFault('CONFIG_INVALID', `nobody here is called ${person}: ${people.join(', ')}`);
      }
      const code = openCodeFolder(dataDir, systemRandom().bytes).issue(person, Date.now(), CODE_LIFE_MS);
      process.stdout.write(`${code}\n`);
      process.stderr.write(`for ${person}, once, within ${CODE_LIFE_MS / 60_000} minutes\n`);
    });
  return room;
}

/** The folder of the bot that runs here; without a config, the demo's. */
function installation(named: string | undefined): { dataDir: string; people: readonly string[] } {
  const file = configFile(named, process.env);
  if (file === null) return { dataDir: demoDataDir(), people: DEMO_PEOPLE };
  const { dataDir, people } = readPlace(file, process.env);
  return { dataDir, people: people.map(({ key }) => key) };
}
