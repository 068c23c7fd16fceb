import { resolve } from 'node:path';
import type { Command } from 'commander';
import { OperationWaitsError } from '../operation-errors.js';
import { describeIntervention } from './describe-intervention.js';
import { describeError, exitCodeOf } from './exit-codes.js';

/** What every command is given. */
export interface CommandContext {
  directory: string;
  isJson: boolean;
  /** Somebody is at a terminal, and can be asked. */
  isInteractive: boolean;
  /** For people, on stderr. */
  say(line: string): void;
  /** The result, on stdout: the document with `--json`, otherwise the text. */
  print(document: unknown, text: string): void;
}

/** Runs a command and ends the process with its exit code. What it returns is the exit code. */
export function action<Args extends unknown[]>(
  run: (context: CommandContext, ...args: Args) => Promise<number>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    const context = contextOf(command);
    try {
      process.exitCode = await run(context, ...(args.slice(0, -1) as Args));
    } catch (error) {
      report(context, error);
      process.exitCode = exitCodeOf(error);
    }
  };
}

function contextOf(command: Command): CommandContext {
  const { directory, json } = command.optsWithGlobals<{ directory?: string; json?: boolean }>();
  const isJson = json ?? false;
  return {
    directory: resolve(startedIn(), directory ?? '.'),
    isJson,
    isInteractive: !isJson && Boolean(process.stdin.isTTY && process.stderr.isTTY),
    say: (line) => process.stderr.write(`${line}\n`),
    print: (document, text) => process.stdout.write(`${isJson ? JSON.stringify(document, null, 2) : text}\n`),
  };
}

/** `npm run envclone` changes to the checkout and says where it was called. */
function startedIn(): string {
  const { INIT_CWD, npm_lifecycle_event } = process.env;
  return npm_lifecycle_event === 'envclone' && INIT_CWD ? INIT_CWD : process.cwd();
}

function report({ isJson, say }: CommandContext, error: unknown): void {
  if (error instanceof OperationWaitsError) {
    const { operationId, intervention } = error;
    if (isJson) process.stdout.write(`${JSON.stringify({ status: 'waiting', operationId, intervention }, null, 2)}\n`);
    for (const line of describeIntervention(operationId, intervention)) say(line);
    return;
  }
  const described = describeError(error);
  const status = described.category === 'safety' || described.category === 'configuration' ? 'refused' : 'failed';
  if (isJson) process.stdout.write(`${JSON.stringify({ status, error: described }, null, 2)}\n`);
  say(`${described.code}: ${described.message}`);
  if (described.target) say(`target: ${described.target}`);
  if (described.next) say(`next: ${described.next}`);
}
