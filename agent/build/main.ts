// `npm run build:agent`: the agent as one file; with `--executable` also as a program that needs no Node
// on the machine it runs on.
import { buildAgent } from './build-agent.ts';
import { buildExecutable } from './build-executable.ts';

const size = (bytes: number) => `${Math.round(bytes / 1024).toLocaleString('en')} KiB`;

const { file, bytes } = await buildAgent();
console.log(`${file}  ${size(bytes)}`);
if (process.argv.includes('--executable')) {
  const executable = await buildExecutable();
  console.log(`${executable.file}  ${size(executable.bytes)}`);
}
