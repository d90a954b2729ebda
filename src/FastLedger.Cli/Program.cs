// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cli;

return await CommandLine.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
