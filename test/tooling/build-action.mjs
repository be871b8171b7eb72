import { bundle } from './bundle.mjs';

// What `action.yml` names. It is committed, since a runner takes the repository as it is: a test says when
// it is not what its sources make.
await bundle('connectors/action/main.ts', process.argv[2] ?? '.github/action/keyturn.mjs');
