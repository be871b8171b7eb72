import type { Config } from '../compose.ts';
import { createDemo } from '../demo/demo.ts';
import { configFile, readConfiguration } from './configuration.ts';

/** The install of this folder; where there is no config, the demo. */
export function defaultInstallation(): Config {
  const file = configFile(undefined, process.env);
  return file === null ? createDemo(process.env, () => {}).config : readConfiguration(file, process.env);
}
