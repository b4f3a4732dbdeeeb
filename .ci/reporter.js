'use strict';
// Mocha's spec report, and as the very last line of standard output the counts that CI reads: `N passed, N failed`,
// with `, N skipped` where tests were skipped. Plain JavaScript because mocha loads it before anything is compiled.
const fs = require('fs');
const { reporters, Runner } = require('mocha');

class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { stats } = this;
    let isTold = false;
    let isWhole = false;
    const tell = () => {
      if (isTold) return;
      isTold = true;
      // A test that ends the process takes the rest of the run with it: that is a failure.
      const failures = stats.failures + (isWhole ? 0 : 1);
      const skipped = stats.pending ? `, ${stats.pending} skipped` : '';
      // Written at once: mocha may end the process before a stream has drained.
      fs.writeSync(1, `${stats.passes} passed, ${failures} failed${skipped}\n`);
    };
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      isWhole = true;
    });
    // Exit comes after the epilogue that Spec prints at the end of the run.
    process.once('exit', tell);
  }
}

module.exports = CiReporter;
