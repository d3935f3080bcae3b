// Stands in for the local AWS where only its being a process matters: it starts a "task" in a group of its own, lists it, and
// never answers. FAKE_AWS=silent: it never gets ready. dies: it ends by itself. stubborn: it does not end when it is asked to.
const { spawn } = require('node:child_process');
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const mode = process.env.FAKE_AWS;
const directory = process.argv[process.argv.indexOf('--directory') + 1];
const task = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { detached: true, stdio: 'ignore' });
writeFileSync(join(directory, 'processes'), `${task.pid}\n`);
process.on('SIGTERM', () => {
  if (mode !== 'stubborn') {
    process.exit(0);
  }
});
process.stdin.on('end', () => process.exit(0)).resume();

const server = createServer(() => {
  if (mode === 'dies') {
    console.error('out of memory, said the fake');
    process.exit(9);
  }
  // The request waits for ever: whoever tests knows from this file that it has come.
  writeFileSync(join(process.env.FAKE_AWS_TRACE, 'requested'), 'yes');
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(join(process.env.FAKE_AWS_TRACE, 'pids'), `${process.pid} ${task.pid} ${server.address().port}`);
  if (mode !== 'silent') {
    console.log(JSON.stringify({ endpoint: `http://127.0.0.1:${server.address().port}`, clock: { startedAt: Date.now(), speed: 60 } }));
  }
});
