#!/usr/bin/env node
import { loadBundle } from '../dist/cli/load-bundle.js';

process.exitCode = await loadBundle().contents.main(process.argv.slice(2));
