import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type CopyInput, copyUnit } from '../support/copy-unit.js';

/** Copies the unit described on its standard input; prints the rows and the most memory it had, in megabytes. */
const input: CopyInput = JSON.parse(await text(process.stdin));
const rows = await copyUnit(input);
const status = await readFile('/proc/self/status', 'utf8');
const peakMegabytes = Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
process.stdout.write(JSON.stringify({ rows, peakMegabytes }));
