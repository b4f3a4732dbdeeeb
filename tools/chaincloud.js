#!/usr/bin/env node
'use strict';
// The `chaincloud` command: brings dist/ up to date, then hands over to the compiled command line.
require('./ensure-built').ensureBuilt(false);
require('../dist/tools/cli/main.js').main(process.argv.slice(2));
