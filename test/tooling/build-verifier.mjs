import { bundle } from './bundle.mjs';

// For a machine that has Node and nothing of ours.
await bundle('bot/cli/verify-main.ts', 'dist/verify.mjs', {
  banner: {
    js: '// Keyturn audit verifier. Usage: node verify.mjs --key KEY [--anchor FILE]... [BUNDLE]',
  },
});
